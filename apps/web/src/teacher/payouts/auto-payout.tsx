import { Card, Group, Select, Stack, Switch, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { changeWalletSettings, readWalletSettings, WEEKDAYS } from '@rollcall/contracts/api/withdrawals';
import type { Money } from '@rollcall/contracts/money';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useAct } from '../../api/act.js';
import { AmountInput } from '../../parts/amount-input.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { useMoney } from '../../parts/money.js';
import { useWords } from '../../words/words.js';
import { amountOf, HINT_BELOW } from '../form-field.js';

type Settings = AnswerOf<typeof readWalletSettings>;
type Weekday = (typeof WEEKDAYS)[number];

interface AutoPayoutProps {
  readonly stored: Settings;
  readonly etag: string | undefined;
  readonly minimum: Money;
}

const valuesOf = ({ autoPayout, payoutWeekday, payoutThreshold }: Settings, minimum: Money) => ({
  autoPayout,
  payoutWeekday: payoutWeekday ?? 'friday',
  payoutThreshold: (payoutThreshold?.amount ?? minimum.amount * 5) as number | undefined,
});

/** Whether earnings are asked for once a week without anybody's doing. */
export function AutoPayout({ stored, etag, minimum }: AutoPayoutProps) {
  const t = useWords('teacher');
  const money = useMoney();
  const currency = stored.payoutThreshold?.currency ?? minimum.currency;
  const form = useForm({
    initialValues: valuesOf(stored, minimum),
    validate: {
      payoutThreshold: (amount, { autoPayout }) =>
        autoPayout && (amount ?? 0) < minimum.amount && currency === minimum.currency
          ? t('withdraw.least', { amount: money(minimum) })
          : null,
    },
  });
  const act = useAct(changeWalletSettings, {
    changes: [readWalletSettings, readPayoutReadiness],
    onDone: () => notifications.show({ color: 'green', message: t('settings.saved') }),
  });
  useFieldErrors(form, act.error);
  const submit = form.onSubmit(({ autoPayout, payoutWeekday, payoutThreshold }) =>
    act.run({
      ifMatch: etag,
      body: autoPayout
        ? {
            ...{ autoPayout, payoutWeekday: payoutWeekday as Weekday },
            payoutThreshold: { amount: payoutThreshold ?? 0, currency },
          }
        : { autoPayout },
    }),
  );
  return (
    <Card component="section" withBorder aria-labelledby="auto">
      <Stack gap="md">
        <Title order={2} id="auto" fz="lg">
          {t('settings.auto')}
        </Title>
        <Form onSubmit={submit} error={act.error} isRunning={act.isRunning} submit={t('settings.save')}>
          <Switch
            label={t('settings.autoSwitch')}
            description={t('settings.autoHint')}
            {...form.getInputProps('autoPayout', { type: 'checkbox' })}
          />
          {form.values.autoPayout && (
            <Group align="flex-start" gap="sm">
              <Select
                inputWrapperOrder={HINT_BELOW}
                label={t('settings.weekday')}
                description={t('settings.weekdayHint')}
                data={WEEKDAYS.map((value) => ({ value, label: t(`settings.days.${value}`) }))}
                allowDeselect={false}
                {...form.getInputProps('payoutWeekday')}
              />
              <AmountInput
                currency={currency}
                label={t('settings.threshold')}
                description={t('settings.thresholdHint')}
                inputWrapperOrder={HINT_BELOW}
                {...amountOf(form, 'payoutThreshold')}
              />
            </Group>
          )}
        </Form>
      </Stack>
    </Card>
  );
}
