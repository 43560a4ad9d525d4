import { Card, Group, Progress, SimpleGrid, Stack, Text, Timeline } from '@mantine/core';
import { followHold, type HoldTrail } from '@rollcall/contracts/api/finance';
import { useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { Lesson, Person, shortId, WholeId } from '../office/ids.js';
import { Section } from '../office/section.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { Transfers } from './entry.js';

/** One hold from the purchase to the payout, entry by entry. */
export default function FollowedHold() {
  const { holdId = '' } = useParams();
  const t = useWords('finance');
  const words = useMoney();
  const read = useRead(followHold, { params: { holdId } }, { every: 5_000 });
  return (
    <>
      <PageTitle words={t('follow.oneWords')}>
        {read.data ? t('follow.one', { amount: words(read.data) }) : t('follow.title')}
      </PageTitle>
      <Loaded from={read} rows={8}>
        {(trail) => (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Section title={t('follow.steps')} words={t('follow.stepsWords')}>
              <Steps trail={trail} />
            </Section>
            <Stack>
              <Section title={t('follow.facts')}>
                <HoldFacts trail={trail} />
              </Section>
              <Payouts trail={trail} />
            </Stack>
          </SimpleGrid>
        )}
      </Loaded>
    </>
  );
}

function HoldFacts({ trail }: { readonly trail: HoldTrail }) {
  const t = useWords('finance');
  const { currency, from } = trail;
  const parts = (['credits', 'promo', 'subscription'] as const).filter((part) => from[part] > 0);
  return (
    <Facts
      of={[
        [t('follow.amount'), <Money key="amount" value={trail} />],
        ...parts.map(
          (part) =>
            [
              t(`follow.from.${part}`),
              <Money key={part} value={{ amount: from[part], currency }} />,
            ] as const,
        ),
        [t('follow.session'), <Lesson key="session" {...trail} />],
        [t('follow.student'), <Person key="student" id={trail.studentId} />],
        [t('follow.teacher'), <Person key="teacher" id={trail.teacherId} />],
        [t('follow.purchase'), <WholeId key="purchase" id={trail.purchaseId} />],
        [t('follow.id'), <WholeId key="id" id={trail.id} />],
      ]}
    />
  );
}

function Steps({ trail }: { readonly trail: HoldTrail }) {
  const t = useWords('finance');
  if (trail.steps.length === 0)
    return <EmptyState title={t('follow.unsealed')} words={t('follow.unsealedWords')} />;
  return (
    <Timeline active={trail.steps.length} bulletSize={18} aria-label={t('follow.steps')}>
      {trail.steps.map(({ step, withdrawalId, entry }) => (
        <Timeline.Item
          key={entry.id}
          title={
            <Group gap="xs">
              <Text span fw={600}>
                {t(`follow.step.${step}`)}
              </Text>
              <Text span size="sm" c="dimmed" className="numbers">
                {t('follow.seal', { seq: entry.seq })}
              </Text>
            </Group>
          }
          data-step={step}
        >
          <Stack gap={4}>
            <Text size="xs" c="dimmed" component="div">
              <When at={entry.at} /> · {entry.type}
              {withdrawalId && ` · ${t('follow.withdrawal', { id: shortId(withdrawalId) })}`}
            </Text>
            <Transfers of={entry.transfers} />
          </Stack>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** What the hold brought its teacher, and which withdrawals took it. */
function Payouts({ trail: { payouts, brought, remaining, currency } }: { readonly trail: HoldTrail }) {
  const t = useWords('finance');
  const taken = payouts.reduce((sum, { share }) => sum + share, 0);
  const otherwise = brought - taken - remaining;
  if (brought === 0) return null;
  const money = (amount: number) => <Money value={{ amount, currency }} />;
  return (
    <Section title={t('follow.payouts')} words={t('follow.payoutsWords')}>
      <Progress value={(taken / brought) * 100} aria-label={t('follow.payouts')} size="lg" />
      {payouts.map((payout) => (
        <Card key={payout.withdrawalId} withBorder padding="xs">
          <Group justify="space-between">
            <Group gap="xs">
              <Text size="sm">{t('follow.withdrawal', { id: shortId(payout.withdrawalId) })}</Text>
              <StateBadge state={payout.status} />
            </Group>
            <Text size="sm" component="div">
              {money(payout.share)} {t('follow.of')} {money(payout.amount)}
            </Text>
          </Group>
        </Card>
      ))}
      {otherwise > 0 && (
        <Group justify="space-between">
          <Text size="sm">{t('follow.otherwise')}</Text>
          <Text size="sm" component="div">
            {money(otherwise)}
          </Text>
        </Group>
      )}
      <Group justify="space-between">
        <Text size="sm">{t('follow.remaining')}</Text>
        <Text size="sm" component="div">
          {money(remaining)}
        </Text>
      </Group>
    </Section>
  );
}
