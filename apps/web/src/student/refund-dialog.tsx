import { Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { listPayments, type Payment, readPayment, refundPayment } from '@rollcall/contracts/api/billing';
import { listTransactions, readWallet } from '@rollcall/contracts/api/wallet';
import { money } from '@rollcall/contracts/money';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { AmountInput } from '../parts/amount-input.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';

const CHANGES = [listPayments, readPayment, readWallet, listTransactions];

/** Money back to the card, as much as is wished of what is left; credits that are spent the API refuses, and says how much is possible. */
export function RefundDialog({ payment, close }: { readonly payment: Payment; readonly close: () => void }) {
  const t = useWords('student');
  const say = useMoney();
  const { id, currency } = payment;
  const rest = payment.amount - payment.refundedAmount;
  const [amount, setAmount] = useState<number | undefined>(rest);
  const act = useAct(refundPayment, {
    changes: CHANGES,
    onDone: ({ status }) => {
      notifications.show({ message: t(status === 202 ? 'refund.underWay' : 'refund.done') });
      close();
    },
  });
  return (
    <ConfirmDialog
      title={t('refund.title')}
      isOpen
      onClose={close}
      onConfirm={() => amount !== undefined && void act.run({ params: { paymentId: id }, body: { amount } })}
      confirm={t('refund.confirm', { amount: say(money(amount ?? 0, currency)) })}
      isRunning={act.isRunning}
      isDisabled={!amount}
      error={act.error}
    >
      <Stack>
        <Text>{t('refund.words', { rest: say(money(rest, currency)) })}</Text>
        <AmountInput
          label={t('refund.amount')}
          currency={currency}
          value={amount}
          onChange={setAmount}
          error={act.fields.amount}
        />
      </Stack>
    </ConfirmDialog>
  );
}
