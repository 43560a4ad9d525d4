import { Button, List, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { readQuota } from '@rollcall/contracts/api/quota';
import {
  listPlans,
  type Plan,
  readCurrentSubscription,
  subscribe,
} from '@rollcall/contracts/api/subscriptions';
import { useRef, useState } from 'react';
import { useAct } from '../api/act.js';
import { refetch, useList } from '../api/read.js';
import { useRun } from '../api/run.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { Money, useMoney } from '../parts/money.js';
import { EmptyState, ErrorState, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { CardSelect } from './card-select.js';
import { confirmWithBank } from './provider.js';
import { ProviderError } from './provider-error.js';
import { useProviderKey } from './use-provider-key.js';

/** What may be subscribed to. */
export function Plans() {
  const t = useWords('student');
  const plans = useList(listPlans, { query: { limit: 100 } });
  const [chosen, setChosen] = useState<Plan>();
  if (plans.isLoading) return <LoadingState rows={3} />;
  if (plans.rows.length === 0) {
    return plans.error ? (
      <ErrorState error={plans.error} retry={plans.retry} />
    ) : (
      <EmptyState title={t('plans.none')} words={t('plans.noneWords')} />
    );
  }
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t('plans.title')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {plans.rows.map((plan) => (
          <PlanCard key={plan.id} plan={plan} choose={() => setChosen(plan)} />
        ))}
      </SimpleGrid>
      {chosen && <SubscribeDialog key={chosen.id} plan={chosen} close={() => setChosen(undefined)} />}
    </section>
  );
}

function PlanCard({ plan, choose }: { readonly plan: Plan; readonly choose: () => void }) {
  const t = useWords('student');
  const say = useMoney();
  return (
    <Paper withBorder p="lg">
      <Stack gap="xs" h="100%">
        <Title order={3} size="h5">
          {plan.name}
        </Title>
        <Text size="xl" fw={700}>
          <Money value={plan.price} /> {t(`subscription.each.${plan.interval}`)}
        </Text>
        <List size="sm" style={{ flex: 1 }}>
          <List.Item>{t('subscription.lessons', { count: plan.lessonsPerMonth })}</List.Item>
          <List.Item>{t('plans.upTo', { price: say(plan.maxLessonPrice) })}</List.Item>
          {plan.trialDays > 0 && <List.Item>{t('plans.trial', { count: plan.trialDays })}</List.Item>}
          {plan.features.map((feature) => (
            <List.Item key={feature}>{feature}</List.Item>
          ))}
        </List>
        <Button onClick={choose} aria-label={t('plans.chooseLabel', { name: plan.name })}>
          {t('plans.choose')}
        </Button>
      </Stack>
    </Paper>
  );
}

function SubscribeDialog({ plan, close }: { readonly plan: Plan; readonly close: () => void }) {
  const t = useWords('student');
  const say = useMoney();
  const [methodId, setMethodId] = useState<string | null>(null);
  const keyOfProvider = useProviderKey();
  const act = useAct(subscribe);
  /** What the bank is to confirm of a subscription that has begun: tried again, it is confirmed, and not begun again. */
  const begun = useRef<{ readonly clientSecret: string | null }>(undefined);
  const run = useRun(async (chosen: string) => {
    begun.current ??= (await act.run({ body: { planId: plan.id, methodId: chosen } }))?.body;
    if (begun.current === undefined) return;
    const { clientSecret } = begun.current;
    const key = clientSecret === null ? undefined : await keyOfProvider();
    if (clientSecret !== null && key !== undefined) await confirmWithBank(key, clientSecret);
    await refetch(readCurrentSubscription, readQuota);
    close();
  });
  return (
    <ConfirmDialog
      title={plan.name}
      isOpen
      onClose={close}
      onConfirm={() => methodId !== null && void run.run(methodId)}
      confirm={t('plans.subscribe')}
      isRunning={run.isRunning}
      isDisabled={methodId === null}
      error={act.error}
    >
      <Text>
        {t('plans.charge', { price: say(plan.price), each: t(`subscription.each.${plan.interval}`) })}
      </Text>
      <CardSelect value={methodId} onChange={setMethodId} disabled={run.isRunning} />
      <ProviderError error={run.error} />
    </ConfirmDialog>
  );
}
