import { Button, List, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { listPlans, type Plan } from '@rollcall/contracts/api/subscriptions';
import { useList } from '../api/read.js';
import { Money, useMoney } from '../parts/money.js';
import { EmptyState, ErrorState, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';

/** What may be subscribed to. */
export function Plans({ choose }: { readonly choose: (plan: Plan) => void }) {
  const t = useWords('student');
  const plans = useList(listPlans, { query: { limit: 100 } });
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
          <PlanCard key={plan.id} plan={plan} choose={() => choose(plan)} />
        ))}
      </SimpleGrid>
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
