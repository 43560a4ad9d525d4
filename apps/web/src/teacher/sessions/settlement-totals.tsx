import { Group, Stack, Text, Title } from '@mantine/core';
import type { readSettlement } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Money } from '../../parts/money.js';
import { useWords } from '../../words/words.js';

type Settlement = AnswerOf<typeof readSettlement>;

/** What became of all the money of a session; one line a currency, which is one. */
export function SettlementTotals({ settlement }: { readonly settlement: Settlement }) {
  const t = useWords('teacher');
  if (settlement.totals.length === 0) return null;
  return (
    <Stack component="section" gap="xs" aria-labelledby="settlement">
      <Title order={2} id="settlement" fz="lg">
        {t('settlement.title')}
      </Title>
      {settlement.totals.map(({ currency, held, teacher, commission, referral, refund }) => (
        <Group key={currency} component="dl" gap="xl" m={0}>
          {(
            [
              ['teacher', teacher],
              ['held', held],
              ['commission', commission + referral],
              ['refund', refund],
            ] as const
          )
            .filter(([, amount]) => amount > 0)
            .map(([part, amount]) => (
              <div key={part}>
                <Text component="dt" size="sm" c="dimmed">
                  {t(`settlement.${part}`)}
                </Text>
                <Text component="dd" m={0} fw={600} data-total={part}>
                  <Money value={{ amount, currency }} />
                </Text>
              </div>
            ))}
        </Group>
      ))}
      {settlement.status === 'waiting' && (
        <Text size="sm" c="dimmed">
          {t('settlement.waiting')}
        </Text>
      )}
    </Stack>
  );
}
