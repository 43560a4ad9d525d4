import { Button, NumberInput, Select, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  type AdminPlan,
  createPlan,
  listAdminPlans,
  updatePlan,
} from '@rollcall/contracts/api/subscriptions';
import { ProblemError } from '@rollcall/contracts/client';
import { useAct } from '../api/act.js';
import { refetch } from '../api/read.js';
import { Changed } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { Section } from '../office/section.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { planOf, typedPlan } from './plan.js';

interface PlanFormProps {
  /** undefined: a new one. */
  readonly plan: AdminPlan | undefined;
  readonly onClose: () => void;
}

/** A plan is changed for who subscribes from now on; the others keep what they subscribed to. */
export function PlanForm({ plan, onClose }: PlanFormProps) {
  const t = useWords('admin');
  const say = useSay();
  const form = useForm({ initialValues: typedPlan(plan) });
  const options = {
    changes: [listAdminPlans],
    onDone: () => {
      say(t('plans.saved'));
      onClose();
    },
  };
  const create = useAct(createPlan, options);
  const update = useAct(updatePlan, options);
  const act = plan === undefined ? create : update;
  useFieldErrors(form, act.error);
  const send = form.onSubmit((values) => {
    const body = planOf(values);
    if (plan === undefined) void create.run({ body });
    else void update.run({ params: { planId: plan.id }, body, ifMatch: `"${plan.version}"` });
  });
  const reload = () => void refetch(listAdminPlans).then(onClose);
  return (
    <Section title={plan === undefined ? t('plans.new') : t('plans.changeOne', { name: plan.name })}>
      <Form
        onSubmit={send}
        error={isChanged(act.error) ? undefined : act.error}
        isRunning={act.isRunning}
        submit={t('plans.save')}
        beside={
          <Button variant="default" onClick={onClose}>
            {t('back')}
          </Button>
        }
      >
        <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
          <TextInput label={t('plans.fields.name')} {...form.getInputProps('name')} />
          <TextInput
            label={t('plans.fields.slug')}
            description={t('plans.slugHint')}
            {...form.getInputProps('slug')}
          />
          <Select
            label={t('plans.fields.interval')}
            data={(['month', 'year'] as const).map((value) => ({
              value,
              label: t(`plans.intervals.${value}`),
            }))}
            allowDeselect={false}
            {...form.getInputProps('interval')}
          />
          <NumberInput
            label={t('plans.fields.price')}
            min={0}
            hideControls
            {...form.getInputProps('price')}
            error={form.errors['price.amount'] ?? form.errors.price}
          />
          <TextInput
            label={t('currency')}
            maxLength={3}
            {...form.getInputProps('currency')}
            error={form.errors['price.currency']}
          />
          <NumberInput
            label={t('plans.fields.lessonsPerMonth')}
            min={1}
            {...form.getInputProps('lessonsPerMonth')}
          />
          <NumberInput label={t('plans.fields.trialDays')} min={0} {...form.getInputProps('trialDays')} />
        </SimpleGrid>
        <Textarea
          label={t('plans.fields.features')}
          description={t('plans.featuresHint')}
          autosize
          minRows={2}
          {...form.getInputProps('features')}
        />
        <Switch label={t('plans.fields.active')} {...form.getInputProps('active', { type: 'checkbox' })} />
        <TextInput label={t('reason')} maxLength={500} {...form.getInputProps('reason')} />
        {isChanged(act.error) && <Changed error={act.error} onReload={reload} />}
      </Form>
    </Section>
  );
}

const isChanged = (error: unknown): boolean => error instanceof ProblemError && error.status === 412;
