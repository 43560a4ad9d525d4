import { Button, Group, Stack } from '@mantine/core';
import { readUser, type User } from '@rollcall/contracts/api/identity-users';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { Person, WholeId } from '../office/ids.js';
import { Section } from '../office/section.js';
import { useDialog } from '../office/use-dialog.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { type Change, ChangeUserDialog } from './change-user.js';
import { UserWallet } from './user-wallet.js';

export default function UserPage() {
  const { userId = '' } = useParams();
  const t = useWords('admin');
  const read = useRead(readUser, { params: { id: userId } });
  return (
    <>
      <PageTitle>{read.data?.name ?? t('users.one')}</PageTitle>
      <Loaded from={read} rows={8}>
        {(user) => (
          <Stack>
            <Account user={user} etag={read.etag} onReload={() => void read.refetch()} />
            <UserWallet userId={user.id} />
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface AccountProps {
  readonly user: User;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Account({ user, etag, onReload }: AccountProps) {
  const t = useWords('admin');
  const { opened: change, open, dialog } = useDialog<Change>(onReload);
  return (
    <Section title={t('users.account')} action={<StateBadge state={user.status} />}>
      <Facts
        of={[
          [
            t('users.email'),
            `${user.email} (${t(user.emailVerified ? 'users.verified' : 'users.unverified')})`,
          ],
          [t('users.role'), user.roles.map((role) => t(`roles.${role}`)).join(', ')],
          [t('users.referrer'), user.referrerId && <Person id={user.referrerId} />],
          [t('users.referralCode'), user.referralCode],
          [t('users.zone'), `${user.locale}, ${user.timeZone}`],
          [t('users.since'), <When key="since" at={user.createdAt} />],
          [t('id'), <WholeId key="id" id={user.id} />],
        ]}
      />
      <Group>
        <Button variant="default" onClick={() => open('roles')}>
          {t('users.changes.roles.button')}
        </Button>
        <Button variant="default" onClick={() => open(user.status === 'active' ? 'suspend' : 'reactivate')}>
          {t(user.status === 'active' ? 'users.changes.suspend.button' : 'users.changes.reactivate.button')}
        </Button>
        {user.referrerId === null && (
          <Button variant="default" onClick={() => open('referrer')}>
            {t('users.changes.referrer.button')}
          </Button>
        )}
        <Button component={Link} variant="default" to={`/admin/holds?teacherId=${user.id}`}>
          {t('users.teaching')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/purchases?studentId=${user.id}`}>
          {t('purchases.title')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/withdrawals?teacherId=${user.id}`}>
          {t('withdrawals.title')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/audit?target=${user.id}`}>
          {t('audit.title')}
        </Button>
      </Group>
      {change && <ChangeUserDialog user={user} change={change} etag={etag} {...dialog} />}
    </Section>
  );
}
