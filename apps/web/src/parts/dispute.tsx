import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { disputeHold } from '@rollcall/contracts/api/disputes';
import type { Session } from '@rollcall/contracts/api/enrollment';
import {
  type Hold,
  listHolds,
  readHold,
  readPolicyInForce,
  readSettlement,
} from '@rollcall/contracts/api/settlement';
import { readRoster } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { useRead } from '../api/read.js';
import { useWords } from '../words/words.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { disputableUntil } from './disputable.js';
import { useWhen, When } from './when.js';

interface DisputeProps {
  readonly hold: Hold;
  readonly session: Session;
  /** Who of the two is reading. */
  readonly as: 'student' | 'teacher';
}

/** How the dispute of a hold stands, and a way to open one while that is possible. */
export function Dispute({ hold, session, as }: DisputeProps) {
  return (
    <>
      {hold.dispute && <State dispute={hold.dispute} as={as} />}
      <Offer hold={hold} session={session} />
    </>
  );
}

function State({
  dispute,
  as,
}: { readonly dispute: NonNullable<Hold['dispute']> } & Pick<DisputeProps, 'as'>) {
  const t = useWords('common');
  const by = dispute.openedBy === as ? 'you' : dispute.openedBy;
  return (
    <Alert
      color={dispute.status === 'open' ? 'orange' : 'gray'}
      title={t(`dispute.by.${by}`)}
      data-dispute={dispute.status}
    >
      {dispute.resolvedAt === null ? (
        t('dispute.open')
      ) : (
        <>
          {t('dispute.resolved')} <When at={dispute.resolvedAt} />
        </>
      )}
      {dispute.notes !== null && <Text size="sm">{t('dispute.notes', { notes: dispute.notes })}</Text>}
    </Alert>
  );
}

function Offer({ hold, session }: Omit<DisputeProps, 'as'>) {
  const t = useWords('common');
  const when = useWhen();
  const [isOpen, setOpen] = useState(false);
  const { data: policy } = useRead(readPolicyInForce, {});
  const now = Date.now();
  const until = policy && disputableUntil(hold, { session, windowHours: policy.disputeWindowHours, now });
  if (until === undefined || until < now) return null;
  return (
    <Group gap="sm">
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {t('dispute.button')}
      </Button>
      {Number.isFinite(until) && (
        <Text size="xs" c="dimmed">
          {t('dispute.until', { when: when(new Date(until).toISOString()) })}
        </Text>
      )}
      {isOpen && <DisputeDialog hold={hold} close={() => setOpen(false)} />}
    </Group>
  );
}

function DisputeDialog({ hold, close }: { readonly hold: Hold; readonly close: () => void }) {
  const t = useWords('common');
  const [reason, setReason] = useState('');
  const act = useAct(disputeHold, {
    changes: [readHold, listHolds, readSettlement, readRoster],
    onDone: () => {
      notifications.show({ message: t('dispute.done') });
      close();
    },
  });
  return (
    <ConfirmDialog
      title={t('dispute.button')}
      isOpen
      onClose={close}
      onConfirm={() => void act.run({ params: { holdId: hold.id }, body: { reason: reason.trim() } })}
      confirm={t('dispute.confirm')}
      isRunning={act.isRunning}
      isDisabled={reason.trim() === ''}
      error={act.error}
    >
      <Stack>
        <Text size="sm">{t('dispute.words')}</Text>
        <Textarea
          label={t('dispute.reason')}
          description={t('dispute.reasonHint')}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          error={act.fields.reason}
          maxLength={500}
          required
          autosize
          minRows={3}
          data-autofocus
        />
      </Stack>
    </ConfirmDialog>
  );
}
