import { NumberInput, Select, Text } from '@mantine/core';
import { clawBack, listDebts, readUserWallet, writeOffDebt } from '@rollcall/contracts/api/debts';
import { creditWallet, debitWallet, listUserTransactions } from '@rollcall/contracts/api/wallet';
import { exponentOf } from '@rollcall/contracts/money';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { minorOf } from '../office/amount.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { useWords } from '../words/words.js';

export type Adjustment = 'credit' | 'debit' | 'clawback' | 'write-off';

interface AdjustDialogProps {
  readonly userId: string;
  readonly currency: string;
  readonly adjustment: Adjustment;
  readonly onClose: () => void;
}

type Account = 'credits' | 'promo' | 'earnings';

/** Money given, taken, taken back or given up by hand. */
export function AdjustDialog({ userId, currency, adjustment, onClose }: AdjustDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const [typed, setTyped] = useState<string | number>('');
  const [account, setAccount] = useState<Account>('credits');
  const options = {
    changes: [readUserWallet, listUserTransactions, listDebts],
    onDone: () => {
      say(t(`wallet.adjust.${adjustment}.done`));
      onClose();
    },
  };
  const acts = {
    credit: useAct(creditWallet, options),
    debit: useAct(debitWallet, options),
    clawback: useAct(clawBack, options),
    'write-off': useAct(writeOffDebt, options),
  };
  const act = acts[adjustment];
  const amount = minorOf(typed, currency);
  const send = (reason: string) => {
    const params = { userId };
    if (adjustment === 'write-off') {
      const part = Number.isNaN(amount) ? {} : { amount };
      return void acts['write-off'].run({ params, body: { currency, reason, ...part } });
    }
    if (adjustment === 'clawback')
      return void acts.clawback.run({ params, body: { amount, currency, reason } });
    return void acts[adjustment].run({ params, body: { amount, currency, reason, account } });
  };
  return (
    <ReasonDialog
      title={t(`wallet.adjust.${adjustment}.button`)}
      confirm={t(`wallet.adjust.${adjustment}.button`)}
      act={act}
      onSubmit={send}
      onClose={onClose}
      isDangerous={adjustment !== 'credit'}
      isDisabled={adjustment !== 'write-off' && !(amount > 0)}
    >
      <Text size="sm">{t(`wallet.adjust.${adjustment}.words`)}</Text>
      <NumberInput
        label={t('wallet.amount', { currency })}
        value={typed}
        onChange={setTyped}
        min={0}
        decimalScale={exponentOf(currency)}
        fixedDecimalScale
        hideControls
        required={adjustment !== 'write-off'}
        error={act.fields.amount}
        data-autofocus
      />
      {(adjustment === 'credit' || adjustment === 'debit') && (
        <Select
          label={t('transactions.account')}
          value={account}
          onChange={(next) => setAccount((next ?? 'credits') as Account)}
          data={(['credits', 'promo', 'earnings'] as const).map((value) => ({
            value,
            label: t(`accounts.${value}`),
          }))}
          allowDeselect={false}
        />
      )}
    </ReasonDialog>
  );
}
