import { Alert, Anchor, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { PayoutReadiness } from '@rollcall/contracts/api/payouts';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Money, useMoney } from '../../parts/money.js';
import { useWhen } from '../../parts/when.js';
import { useLanguage, useWords } from '../../words/words.js';
import { waitOf } from './wait.js';

/** When a payout comes by itself, and what stands in its way. */
export function Readiness({ panel }: { readonly panel: PayoutReadiness }) {
  const t = useWords('teacher');
  const dayWords = useDay();
  const { nextPayoutDate: day } = panel;
  const wait = waitOf(panel.bankCoolDownHours);
  return (
    <Card component="section" withBorder aria-labelledby="readiness">
      <Stack gap="md">
        <Title order={2} id="readiness" fz="lg">
          {t('readiness.title')}
        </Title>
        <Stack component="dl" gap={6} m={0}>
          <Fact title={t('readiness.available')}>
            <Money value={panel.available} />
          </Fact>
          <Fact title={t('readiness.minimum')}>
            <Money value={panel.minimum} />
          </Fact>
          {panel.threshold.amount !== panel.minimum.amount && (
            <Fact title={t('readiness.threshold')}>
              <Money value={panel.threshold} />
            </Fact>
          )}
          <Fact title={t('readiness.wait')}>
            {wait === undefined ? t('readiness.noWait') : t(`readiness.wait${wait.unit}`, wait)}
          </Fact>
          <Fact title={t('readiness.next')}>{day === null ? t('readiness.off') : dayWords(day)}</Fact>
        </Stack>
        <Obstacles panel={panel} />
        <Anchor component={Link} to="/teacher/settings" size="sm">
          {t('readiness.settings')}
        </Anchor>
      </Stack>
    </Card>
  );
}

function Obstacles({ panel }: { readonly panel: PayoutReadiness }) {
  const t = useWords('teacher');
  const money = useMoney();
  const when = useWhen();
  const dayWords = useDay();
  const { ready, blocked, nextPayoutDate: day } = panel;
  if (ready && day !== null)
    return (
      <Alert color="green" role="status">
        {t('readiness.ready', { day: dayWords(day), amount: money(panel.available) })}
      </Alert>
    );
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {t('readiness.blocked')}
      </Text>
      <List size="sm" spacing="xs">
        {blocked.map(({ code, until }) => (
          <List.Item key={code} data-obstacle={code}>
            <Text span inherit fw={500}>
              {t(`readiness.obstacles.${code}.what`)}
            </Text>{' '}
            {until !== null && `(${t('readiness.until', { when: when(until) })}) `}
            {t(`readiness.obstacles.${code}.how`)}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Group justify="space-between" gap="md" wrap="nowrap">
      <Text component="dt" size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="dd" m={0} size="sm" fw={500} ta="end">
        {children}
      </Text>
    </Group>
  );
}

/** A payout day is one of UTC's, and stays it wherever it is read. */
function useDay(): (day: string) => string {
  const { locale } = useLanguage();
  const words = new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' },
  });
  return (day) => words.format(new Date(`${day}T00:00:00Z`));
}
