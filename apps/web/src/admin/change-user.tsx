import { Checkbox, Group, Text, TextInput } from '@mantine/core';
import { listUsers, readUser, type User, updateUser } from '@rollcall/contracts/api/identity-users';
import { Role } from '@rollcall/contracts/shapes';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { useWords } from '../words/words.js';

export type Change = 'roles' | 'suspend' | 'reactivate' | 'referrer';

interface ChangeUserProps {
  readonly user: User;
  readonly change: Change;
  readonly etag: string | undefined;
  readonly onClose: () => void;
  readonly onReload: () => void;
}

export function ChangeUserDialog({ user, change, etag, onClose, onReload }: ChangeUserProps) {
  const t = useWords('admin');
  const say = useSay();
  const [roles, setRoles] = useState<string[]>([...user.roles]);
  const [referrerId, setReferrerId] = useState('');
  const act = useAct(updateUser, {
    changes: [readUser, listUsers],
    onDone: () => {
      say(t('users.changed'));
      onClose();
    },
  });
  const changes = {
    roles: { roles: Role.options.filter((role) => roles.includes(role)) },
    suspend: { status: 'suspended' as const },
    reactivate: { status: 'active' as const },
    referrer: { referrerId: referrerId.trim() },
  };
  return (
    <ReasonDialog
      title={t(`users.changes.${change}.button`)}
      confirm={t(`users.changes.${change}.button`)}
      act={act}
      onSubmit={(reason) =>
        void act.run({ params: { id: user.id }, body: { ...changes[change], reason }, ifMatch: etag })
      }
      onClose={onClose}
      onReload={onReload}
      isDangerous={change === 'suspend'}
    >
      <Text size="sm">{t(`users.changes.${change}.words`, { name: user.name })}</Text>
      {change === 'roles' && (
        <Checkbox.Group label={t('users.role')} value={roles} onChange={setRoles} error={act.fields.roles}>
          <Group mt="xs">
            {Role.options.map((role) => (
              <Checkbox key={role} value={role} label={t(`roles.${role}`)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      {change === 'referrer' && (
        <TextInput
          label={t('users.referrerId')}
          value={referrerId}
          onChange={({ currentTarget }) => setReferrerId(currentTarget.value)}
          error={act.fields.referrerId}
        />
      )}
    </ReasonDialog>
  );
}
