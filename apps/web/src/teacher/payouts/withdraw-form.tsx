import { Button, Group, Radio, Stack, Text, Textarea, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { type PayoutReadiness, readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { readRevenueSummary } from '@rollcall/contracts/api/revenue';
import { listWithdrawals, readWalletSettings, requestWithdrawal } from '@rollcall/contracts/api/withdrawals';
import { useAct } from '../../api/act.js';
import { useRead } from '../../api/read.js';
import { AmountInput } from '../../parts/amount-input.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { useMoney } from '../../parts/money.js';
import { useWords } from '../../words/words.js';
import { amountOf, HINT_BELOW } from '../form-field.js';
import { accountOf, BankFields, NO_ACCOUNT } from './bank-fields.js';

interface Values {
  /** Minor units. */
  readonly amount: number | undefined;
  readonly goal: string;
  readonly bankAccount: typeof NO_ACCOUNT;
  readonly notes: string;
}

const EMPTY: Values = { amount: undefined, goal: 'stored', bankAccount: NO_ACCOUNT, notes: '' };

/** Asks for earnings to be paid out. They are reserved as soon as it is answered. */
export function WithdrawForm({ panel }: { readonly panel: PayoutReadiness }) {
  const t = useWords('teacher');
  const money = useMoney();
  const { available, minimum } = panel;
  const { currency } = available;
  const settings = useRead(readWalletSettings, {});
  const stored = settings.data?.defaultBankAccount ?? null;
  const form = useForm({
    initialValues: EMPTY,
    validate: { amount: (amount) => complaint(amount) },
  });
  const complaint = (amount: number | undefined) => {
    if (amount === undefined || amount < minimum.amount)
      return t('withdraw.least', { amount: money(minimum) });
    return amount > available.amount ? t('withdraw.available', { amount: money(available) }) : null;
  };
  const act = useAct(requestWithdrawal, {
    changes: [readPayoutReadiness, listWithdrawals, readRevenueSummary],
    onDone: ({ body }) => {
      form.reset();
      notifications.show({ color: 'green', message: t('withdraw.done', { amount: money(body) }) });
    },
  });
  useFieldErrors(form, act.error);
  const isStored = stored !== null && form.values.goal === 'stored';
  const submit = form.onSubmit(({ amount, bankAccount, notes }) =>
    act.run({
      body: {
        ...{ amount: amount ?? 0, currency },
        ...(!isStored && { bankAccount: accountOf(bankAccount) }),
        ...(notes.trim() !== '' && { notes }),
      },
    }),
  );
  return (
    <Stack component="section" gap="md" aria-labelledby="withdraw">
      <Title order={2} id="withdraw" fz="lg">
        {t('withdraw.title')}
      </Title>
      {available.amount < minimum.amount ? (
        <Text>{t('withdraw.notEnough', { minimum: money(minimum) })}</Text>
      ) : null}
      <Form
        onSubmit={submit}
        error={act.error}
        isRunning={act.isRunning}
        isDisabled={available.amount < minimum.amount}
        submit={t('withdraw.submit')}
      >
        <Group align="flex-start" gap="sm">
          <AmountInput
            currency={currency}
            label={t('withdraw.amount')}
            description={t('withdraw.available', { amount: money(available) })}
            inputWrapperOrder={HINT_BELOW}
            {...amountOf(form, 'amount')}
          />
          {available.amount >= minimum.amount && (
            <Button variant="default" onClick={() => form.setFieldValue('amount', available.amount)}>
              {t('withdraw.all', { amount: money(available) })}
            </Button>
          )}
        </Group>
        {stored !== null && (
          <Radio.Group label={t('withdraw.goal')} {...form.getInputProps('goal')}>
            <Stack gap="xs" mt="xs">
              <Radio
                value="stored"
                label={t('withdraw.stored', { bank: stored.bankName, number: stored.accountNumber })}
              />
              <Radio value="other" label={t('withdraw.other')} />
            </Stack>
          </Radio.Group>
        )}
        {settings.data !== undefined && !isStored && (
          <BankFields
            field={(name) => form.getInputProps(`bankAccount.${name}`)}
            coolDownHours={panel.bankCoolDownHours}
          />
        )}
        <Textarea
          label={t('withdraw.notes')}
          description={t('withdraw.notesHint')}
          inputWrapperOrder={HINT_BELOW}
          maxLength={500}
          autosize
          minRows={2}
          {...form.getInputProps('notes')}
        />
      </Form>
    </Stack>
  );
}
