import { Alert, Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type Quota, readQuota } from '@rollcall/contracts/api/quota';
import { type Plan, readCurrentSubscription, type Subscription } from '@rollcall/contracts/api/subscriptions';
import { useState } from 'react';
import { useRead } from '../api/read.js';
import { isMissing } from '../api/trouble.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { isOver } from './is-over.js';
import { Plans } from './plans.js';
import { SubscribeDialog } from './subscribe-dialog.js';
import { SubscriptionActs } from './subscription-acts.js';

export function SubscriptionPage() {
  const t = useWords('student');
  const current = useRead(readCurrentSubscription, {});
  const hasNone = isMissing(current.error);
  const [chosen, setChosen] = useState<Plan>();
  return (
    <Stack maw={900} mx="auto">
      <PageTitle words={t('subscription.words')}>{t('subscription.title')}</PageTitle>
      {!hasNone && (
        <Loaded from={current} rows={4}>
          {(subscription) => <Current subscription={subscription} />}
        </Loaded>
      )}
      {(hasNone || (current.data && isOver(current.data))) && <Plans choose={setChosen} />}
      {/* Beside the plans, which go while what has begun waits for the bank. */}
      {chosen && <SubscribeDialog key={chosen.id} plan={chosen} close={() => setChosen(undefined)} />}
    </Stack>
  );
}

function Current({ subscription }: { readonly subscription: Subscription }) {
  const t = useWords('student');
  const when = useWhen();
  const { status, price, interval, lessonsPerMonth, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const hasEnded = isOver(subscription);
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between" mb="md">
        <div>
          <Text size="xl" fw={700}>
            <Money value={price} /> {t(`subscription.each.${interval}`)}
          </Text>
          <Text c="dimmed">{t('subscription.lessons', { count: lessonsPerMonth })}</Text>
        </div>
        <StateBadge state={status} />
      </Group>
      <Stack>
        {status === 'pending' && <Alert color="blue">{t('subscription.pending')}</Alert>}
        {status === 'past_due' && <Alert color="orange">{t('subscription.pastDue')}</Alert>}
        {status === 'refused' && (
          <Alert color="red">{t('subscription.refused', { code: subscription.failureCode ?? '—' })}</Alert>
        )}
        {currentPeriodEnd && !hasEnded && (
          <Text>
            {t(cancelAtPeriodEnd ? 'subscription.endsOn' : 'subscription.renewsOn', {
              date: when(currentPeriodEnd, 'date'),
            })}
          </Text>
        )}
        {!hasEnded && <QuotaOf />}
        {!hasEnded && <SubscriptionActs subscription={subscription} />}
      </Stack>
    </Paper>
  );
}

function QuotaOf() {
  const quota = useRead(readQuota, {});
  if (isMissing(quota.error)) return null;
  return <Loaded from={quota}>{(found) => <Lessons quota={found} />}</Loaded>;
}

function Lessons({ quota }: { readonly quota: Quota }) {
  const t = useWords('student');
  const when = useWhen();
  const { used, reserved, remaining, periodEnd } = quota;
  const all = Math.max(1, used + reserved + remaining);
  return (
    <div>
      <Title order={2} size="h5" mb="xs">
        {t('subscription.quota')}
      </Title>
      <Progress.Root size="lg" aria-hidden="true">
        <Progress.Section value={(used / all) * 100} color="cyan.9" />
        <Progress.Section value={(reserved / all) * 100} color="cyan.4" />
      </Progress.Root>
      <SimpleGrid cols={3} mt="xs" maw={480}>
        <Count title={t('subscription.used')} value={used} />
        <Count title={t('subscription.reserved')} value={reserved} />
        <Count title={t('subscription.remaining')} value={remaining} />
      </SimpleGrid>
      <Text size="sm" c="dimmed" mt="xs">
        {t('subscription.periodEnd', { date: when(periodEnd, 'date') })}
      </Text>
    </div>
  );
}

function Count({ title, value }: { readonly title: string; readonly value: number }) {
  return (
    <div>
      <Text fw={700} size="lg">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
    </div>
  );
}
