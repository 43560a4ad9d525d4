import { Anchor, Card, SimpleGrid, Stack, Text } from '@mantine/core';
import type { RevenueSummary } from '@rollcall/contracts/api/revenue';
import type { Money as Value } from '@rollcall/contracts/money';
import { Link } from 'react-router';
import { Money, useMoney } from '../../parts/money.js';
import { useWords } from '../../words/words.js';

export function Totals({ figures }: { readonly figures: RevenueSummary }) {
  const t = useWords('teacher');
  const money = useMoney();
  const earned = t('revenue.totalHint', {
    gross: money(figures.totalEarnings),
    kept: money(figures.totalCommissions),
  });
  return (
    <Stack gap="sm">
      <SimpleGrid component="dl" cols={{ base: 2, lg: 5 }} spacing="sm" m={0}>
        <Figure title={t('revenue.total')} value={figures.netEarnings} hint={earned} />
        <Figure
          title={t('revenue.available')}
          value={figures.availableBalance}
          hint={t('revenue.availableHint')}
        />
        <Figure
          title={t('revenue.pending')}
          value={figures.pendingPayments}
          hint={t('revenue.pendingHint')}
        />
        <Figure
          title={t('revenue.reserved')}
          value={figures.pendingWithdrawals}
          hint={t('revenue.reservedHint')}
        />
        <Figure
          title={t('revenue.withdrawn')}
          value={figures.totalWithdrawn}
          hint={t('revenue.withdrawnHint')}
        />
      </SimpleGrid>
      <Anchor component={Link} to="/teacher/transactions" size="sm">
        {t('revenue.seeTransactions')}
      </Anchor>
    </Stack>
  );
}

interface FigureProps {
  readonly title: string;
  readonly value: Value;
  readonly hint: string;
}

function Figure({ title, value, hint }: FigureProps) {
  return (
    <Card withBorder padding="sm">
      <Text component="dt" size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="dd" m={0} fz={{ base: 19, sm: 24 }} fw={650} data-figure={title}>
        <Money value={value} />
      </Text>
      <Text component="dd" m={0} size="xs" c="dimmed">
        {hint}
      </Text>
    </Card>
  );
}
