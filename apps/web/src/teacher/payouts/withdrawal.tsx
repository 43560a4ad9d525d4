import { Alert, Button, Group, Stack, Text, Timeline, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { readRevenueSummary } from '@rollcall/contracts/api/revenue';
import {
  cancelWithdrawal,
  listWithdrawals,
  readWithdrawal,
  type Withdrawal,
} from '@rollcall/contracts/api/withdrawals';
import { useParams } from 'react-router';
import { useAct } from '../../api/act.js';
import { useRead } from '../../api/read.js';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { useMoney } from '../../parts/money.js';
import { PageTitle } from '../../parts/page-title.js';
import { StateBadge } from '../../parts/state-badge.js';
import { Loaded } from '../../parts/states.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { BackLink } from '../back-link.js';
import { type Step, stepsOf } from './steps.js';

export function WithdrawalPage() {
  const t = useWords('teacher');
  const { withdrawalId = '' } = useParams();
  const withdrawal = useRead(readWithdrawal, { params: { withdrawalId } });
  return (
    <>
      <BackLink to="/teacher/withdrawals" label={t('withdrawal.back')} />
      <Loaded from={withdrawal} rows={5}>
        {(found) => <Shown withdrawal={found} etag={withdrawal.etag} />}
      </Loaded>
    </>
  );
}

interface ShownProps {
  readonly withdrawal: Withdrawal;
  readonly etag: string | undefined;
}

function Shown({ withdrawal, etag }: ShownProps) {
  const t = useWords('teacher');
  const money = useMoney();
  const { bankAccount, notes, adminNotes, failureReason } = withdrawal;
  return (
    <>
      <PageTitle action={<StateBadge state={withdrawal.status} />}>
        {t('withdrawal.title', { amount: money(withdrawal) })}
      </PageTitle>
      <Stack gap="lg" maw={560}>
        {failureReason !== null && (
          <Alert color="orange">{t('withdrawal.reason', { reason: failureReason })}</Alert>
        )}
        <Title order={2} fz="lg">
          {t('withdrawal.way')}
        </Title>
        <Way steps={stepsOf(withdrawal)} />
        <Noted title={t('withdrawal.bank')}>
          {bankAccount.bankName}, {bankAccount.accountNumber}, {bankAccount.accountName}
        </Noted>
        {notes !== null && <Noted title={t('withdrawal.notes')}>{notes}</Noted>}
        {adminNotes !== null && <Noted title={t('withdrawal.adminNotes')}>{adminNotes}</Noted>}
        {withdrawal.status === 'pending' && <Cancel withdrawal={withdrawal} etag={etag} />}
      </Stack>
    </>
  );
}

function Noted({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text style={{ overflowWrap: 'anywhere' }}>{children}</Text>
    </div>
  );
}

function Way({ steps }: { readonly steps: readonly Step[] }) {
  const t = useWords('teacher');
  const reached = steps.findLastIndex(({ place }) => place !== 'ahead');
  const isOver = steps.some(({ place }) => place === 'ended');
  return (
    <Timeline active={reached} bulletSize={18} color={isOver ? 'orange' : undefined}>
      {steps.map(({ status, at, place }) => (
        <Timeline.Item key={status} title={titleOf(status, place)} data-step={`${status} ${place}`}>
          {at !== null && (
            <Text size="sm" c="dimmed">
              <When at={at} />
            </Text>
          )}
        </Timeline.Item>
      ))}
    </Timeline>
  );

  function titleOf(status: Step['status'], place: Step['place']): string {
    const isNext = place === 'ahead' && (status === 'approved' || status === 'completed');
    return isNext ? t(`withdrawal.ahead.${status}`) : t(`withdrawal.steps.${status}`);
  }
}

function Cancel({ withdrawal, etag }: ShownProps) {
  const t = useWords('teacher');
  const money = useMoney();
  const [isOpen, { open, close }] = useDisclosure();
  const act = useAct(cancelWithdrawal, {
    changes: [readWithdrawal, listWithdrawals, readPayoutReadiness, readRevenueSummary],
    onDone: () => {
      close();
      notifications.show({ color: 'green', message: t('withdrawal.cancelled') });
    },
  });
  const ask = () => {
    act.clear();
    open();
  };
  return (
    <Group>
      <Button variant="default" onClick={ask}>
        {t('withdrawal.cancel')}
      </Button>
      <ConfirmDialog
        title={t('withdrawal.cancelTitle')}
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => void act.run({ params: { withdrawalId: withdrawal.id }, ifMatch: etag })}
        confirm={t('withdrawal.cancelConfirm')}
        isRunning={act.isRunning}
        error={act.error}
        isDangerous
      >
        <Text>{t('withdrawal.cancelWords', { amount: money(withdrawal) })}</Text>
      </ConfirmDialog>
    </Group>
  );
}
