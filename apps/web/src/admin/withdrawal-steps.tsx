import { Text } from '@mantine/core';
import { readUserWallet } from '@rollcall/contracts/api/debts';
import { listUserTransactions } from '@rollcall/contracts/api/wallet';
import type { Withdrawal } from '@rollcall/contracts/api/withdrawals';
import {
  approveWithdrawal,
  completeWithdrawal,
  failWithdrawal,
  listAdminWithdrawals,
  processWithdrawal,
  readAdminWithdrawal,
  rejectWithdrawal,
  returnWithdrawal,
} from '@rollcall/contracts/api/withdrawals-admin';
import { useAct } from '../api/act.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';

export type Step = 'approve' | 'process' | 'complete' | 'fail' | 'reject' | 'return';

/** They differ in whether the reason may be left out, which the dialog asks for and the API checks. */
type StepRoute = typeof approveWithdrawal;
const ROUTES: Readonly<Record<Step, StepRoute>> = {
  approve: approveWithdrawal,
  process: processWithdrawal,
  complete: completeWithdrawal,
  fail: failWithdrawal as unknown as StepRoute,
  reject: rejectWithdrawal as unknown as StepRoute,
  return: returnWithdrawal as unknown as StepRoute,
};

/** These give the money back to the earnings, with a reason the teacher reads. */
const GIVING_BACK: readonly Step[] = ['fail', 'reject', 'return'];

const FROM: Readonly<Partial<Record<Withdrawal['status'], readonly Step[]>>> = {
  pending: ['approve', 'reject'],
  approved: ['process', 'complete', 'fail'],
  processing: ['complete', 'fail'],
  completed: ['return'],
};

/** What an admin may do from a state, as domain.md has it; the usual one first. */
export const stepsFrom = (status: Withdrawal['status']) =>
  (FROM[status] ?? []).map((step) => ({ step, isDangerous: GIVING_BACK.includes(step) }));

interface StepDialogProps {
  readonly step: Step;
  readonly withdrawal: Withdrawal;
  readonly etag: string | undefined;
  readonly onClose: () => void;
  readonly onReload: () => void;
}

export function StepDialog({ step, withdrawal, etag, onClose, onReload }: StepDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const words = useMoney();
  const act = useAct(ROUTES[step], {
    changes: [readAdminWithdrawal, listAdminWithdrawals, readUserWallet, listUserTransactions],
    onDone: () => {
      say(t(`withdrawals.steps.${step}.done`));
      onClose();
    },
  });
  const isDangerous = GIVING_BACK.includes(step);
  const send = (reason: string) => {
    const body = reason === '' ? {} : { reason };
    void act.run({ params: { withdrawalId: withdrawal.id }, body, ifMatch: etag });
  };
  return (
    <ReasonDialog
      title={t(`withdrawals.steps.${step}.button`)}
      confirm={t(`withdrawals.steps.${step}.button`)}
      act={act}
      onSubmit={send}
      onClose={onClose}
      onReload={onReload}
      isDangerous={isDangerous}
      isOptional={!isDangerous}
    >
      <Text size="sm">{t(`withdrawals.steps.${step}.words`, { amount: words(withdrawal) })}</Text>
    </ReasonDialog>
  );
}
