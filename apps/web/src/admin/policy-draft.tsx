import { Button, Group, NumberInput, Select, SimpleGrid, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  createPolicy,
  listPolicies,
  PolicyPreset,
  type Simulation,
  simulatePolicy,
} from '@rollcall/contracts/api/policies';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { useSay } from '../office/say.js';
import { Section } from '../office/section.js';
import { FormError, useFieldErrors } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { type Draft, draftOf, EMPTY, RATES } from './draft.js';
import { instantOf } from './intervals.js';
import { SimulationView } from './simulation.js';

/** A next version: tried out on what is settled, then written. */
export function DraftForm() {
  const t = useWords('admin');
  const say = useSay();
  const [result, setResult] = useState<Simulation>();
  const form = useForm<Draft>({ initialValues: EMPTY, onValuesChange: () => setResult(undefined) });
  const simulate = useAct(simulatePolicy, { onDone: ({ body }) => setResult(body) });
  const create = useAct(createPolicy, {
    changes: [listPolicies],
    onDone: ({ body }) => {
      say(t('policies.written', { version: body.version }));
      form.reset();
      setResult(undefined);
    },
  });
  useFieldErrors(form, create.error ?? simulate.error);
  const write = form.onSubmit((draft) => {
    const effectiveFrom = instantOf(draft.effectiveFrom);
    const when = effectiveFrom === undefined ? {} : { effectiveFrom };
    void create.run({ body: { ...draftOf(draft), ...when, reason: draft.reason } });
  });
  const busy = create.isRunning || simulate.isRunning;
  return (
    <Section title={t('policies.next')} words={t('policies.nextWords')}>
      <form onSubmit={write} noValidate>
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: 'end' }}>
          <Select
            label={t('policies.preset')}
            data={PolicyPreset.options.map((value) => ({ value, label: t(`policies.presets.${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps('preset')}
          />
          <TextInput
            type="datetime-local"
            label={t('policies.from')}
            description={t('policies.fromHint')}
            {...form.getInputProps('effectiveFrom')}
          />
          {form.values.preset === 'custom' &&
            RATES.map((name) => (
              <NumberInput
                key={name}
                label={t(`policies.fields.${name}`)}
                suffix=" %"
                min={0}
                max={100}
                decimalScale={2}
                hideControls
                {...form.getInputProps(`rates.${name}`)}
              />
            ))}
        </SimpleGrid>
        <Textarea
          mt="sm"
          label={t('reason')}
          description={t('reasonHint')}
          maxLength={500}
          autosize
          {...form.getInputProps('reason')}
        />
        <FormError error={create.error ?? simulate.error} />
        <Group mt="md">
          <Button
            variant="default"
            loading={simulate.isRunning}
            disabled={busy}
            onClick={() => void simulate.run({ body: draftOf(form.values) })}
          >
            {t('policies.simulate')}
          </Button>
          <Button
            type="submit"
            loading={create.isRunning}
            disabled={busy || form.values.reason.trim() === ''}
          >
            {t('policies.write')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt={4}>
          {t('policies.never')}
        </Text>
      </form>
      {result && <SimulationView result={result} />}
    </Section>
  );
}
