import { Alert, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  type ReconciliationDifference,
  type Reconciliation as Run,
  readReconciliation,
  startReconciliation,
} from '@rollcall/contracts/api/reconciliation';
import { useAct } from '../api/act.js';
import { useList, useRead } from '../api/read.js';
import { FilterBar } from '../office/filter-bar.js';
import { Section } from '../office/section.js';
import { DataTable } from '../parts/data-table.js';
import { DayFilter } from '../parts/day-filter.js';
import { useFilters } from '../parts/filters.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, ErrorState, LoadingState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { day: '' };

/** Milliseconds between two looks at a comparison that runs, and otherwise. */
const [SOON, LATER] = [2_000, 30_000];

/** The card provider's books against ours: where they differ, and nothing else. */
export default function Reconciliation() {
  const t = useWords('finance');
  const [{ day }, change] = useFilters(FILTERS);
  const query = day === '' ? {} : { day };
  const first = useRead(readReconciliation, { query: { ...query, limit: 1 } }, { every: SOON });
  const run = first.data?.run;
  const isUnderWay = run?.status === 'waiting' || run?.status === 'running';
  const list = useList(readReconciliation, { query }, { every: isUnderWay ? SOON : LATER });
  return (
    <>
      <PageTitle words={t('reconciliation.words')}>{t('reconciliation.title')}</PageTitle>
      <Stack>
        <FilterBar onClear={day === '' ? undefined : () => change(FILTERS)}>
          <DayFilter label={t('reconciliation.day')} value={day} onChange={(next) => change({ day: next })} />
        </FilterBar>
        {first.data === undefined &&
          (first.error ? <ErrorState error={first.error} /> : <LoadingState rows={3} />)}
        {run && <OneRun run={run} />}
        {run === null && (
          <EmptyState title={t('reconciliation.none')} words={t('reconciliation.noneWords')} />
        )}
        {run && <Differences list={list} isDone={run.status === 'done'} />}
        <Start />
      </Stack>
    </>
  );
}

function OneRun({ run }: { readonly run: Run }) {
  const t = useWords('finance');
  const isUnderWay = run.status === 'waiting' || run.status === 'running';
  return (
    <Section title={t('reconciliation.run')} action={<StateBadge state={run.status} />}>
      <Text size="sm" component="div">
        <When at={run.from} /> – <When at={run.to} />
      </Text>
      <Text size="sm">{t('reconciliation.read', { objects: run.objects, movements: run.movements })}</Text>
      {isUnderWay && <Progress value={100} animated striped aria-label={t('reconciliation.underWay')} />}
      {run.comparedAt && (
        <Alert color={run.differenceCount === 0 ? 'green' : 'orange'}>
          {t(run.differenceCount === 0 ? 'reconciliation.agree' : 'reconciliation.differ', {
            n: run.differenceCount ?? 0,
          })}{' '}
          <When at={run.comparedAt} />
        </Alert>
      )}
      {run.failure && (
        <Alert color="red" title={t('reconciliation.failed')}>
          {run.failure}
        </Alert>
      )}
    </Section>
  );
}

interface DifferencesProps {
  readonly list: Parameters<typeof DataTable<ReconciliationDifference>>[0]['list'];
  readonly isDone: boolean;
}

function Differences({ list, isDone }: DifferencesProps) {
  const t = useWords('finance');
  const money = (value: ReconciliationDifference['here']) => (value === null ? '–' : <Money value={value} />);
  return (
    <DataTable
      label={t('reconciliation.differences')}
      list={list}
      rowKey={({ id }) => id}
      empty={
        <EmptyState
          title={t(isDone ? 'reconciliation.noDifference' : 'reconciliation.notYet')}
          words={t(isDone ? 'reconciliation.noDifferenceWords' : 'reconciliation.notYetWords')}
        />
      }
      columns={[
        {
          key: 'kind',
          title: t('reconciliation.kind'),
          cell: ({ kind }) => t(`reconciliation.kinds.${kind}`),
        },
        {
          key: 'object',
          title: t('reconciliation.object'),
          cell: ({ object, providerRef }) => `${object} ${providerRef ?? ''}`,
        },
        { key: 'reference', title: t('ledger.reference'), cell: ({ reference }) => reference ?? '–' },
        { key: 'there', title: t('reconciliation.there'), isNumber: true, cell: ({ there }) => money(there) },
        { key: 'here', title: t('reconciliation.here'), isNumber: true, cell: ({ here }) => money(here) },
      ]}
    />
  );
}

function Start() {
  const t = useWords('finance');
  const form = useForm({ initialValues: { day: '', reason: '' } });
  const act = useAct(startReconciliation, {
    changes: [readReconciliation],
    onDone: () => form.reset(),
  });
  useFieldErrors(form, act.error);
  const send = form.onSubmit(
    ({ day, reason }) => void act.run({ body: { ...(day !== '' && { day }), reason: reason.trim() } }),
  );
  return (
    <Section title={t('reconciliation.start')} words={t('reconciliation.startWords')}>
      <Form onSubmit={send} error={act.error} isRunning={act.isRunning} submit={t('reconciliation.start')}>
        <Group align="flex-start">
          <TextInput type="date" label={t('reconciliation.day')} {...form.getInputProps('day')} />
          <TextInput
            label={t('reconciliation.reason')}
            maxLength={500}
            w={{ base: '100%', xs: 320 }}
            {...form.getInputProps('reason')}
          />
        </Group>
      </Form>
    </Section>
  );
}
