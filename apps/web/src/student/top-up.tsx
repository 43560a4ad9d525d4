import { Paper, Title } from '@mantine/core';
import { listPayments } from '@rollcall/contracts/api/billing';
import { listTransactions, readWallet } from '@rollcall/contracts/api/wallet';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { refetch } from '../api/read.js';
import { fieldErrors } from '../api/trouble.js';
import { AmountInput } from '../parts/amount-input.js';
import { Form } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { CardSelect } from './card-select.js';
import { ProviderError } from './provider-error.js';
import { useCardPayment } from './use-card-payment.js';

interface TopUpProps {
  readonly currency: string;
  /** Minor units, where one comes for what is missing. */
  readonly wished: number;
}

/** The first sum offered: ten of most currencies. */
const USUAL = 1_000;

export function TopUp({ currency, wished }: TopUpProps) {
  const t = useWords('student');
  const go = useNavigate();
  const [amount, setAmount] = useState<number | undefined>(wished > 0 ? wished : USUAL);
  const [methodId, setMethodId] = useState<string | null>(null);
  const { pay, isRunning, error, bankError, isOpen } = useCardPayment(({ id }) => {
    void refetch(readWallet, listTransactions, listPayments);
    void go(`/student/payments/${id}`);
  });
  return (
    <Paper component="section" withBorder p="lg" maw={640}>
      <Title order={2} size="h4" mb="md">
        {t('topUp.title')}
      </Title>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          if (amount !== undefined && methodId !== null)
            void pay({ amount, currency, purpose: 'topup', methodId });
        }}
        error={error}
        isRunning={isRunning}
        isDisabled={amount === undefined || methodId === null}
        submit={t('topUp.submit')}
      >
        <AmountInput
          label={t('topUp.amount')}
          currency={currency}
          value={amount}
          onChange={setAmount}
          error={fieldErrors(error).amount}
          disabled={isRunning || isOpen}
        />
        <CardSelect value={methodId} onChange={setMethodId} disabled={isRunning || isOpen} />
        <ProviderError error={bankError} />
      </Form>
    </Paper>
  );
}
