import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { readJourney } from '@rollcall/contracts/api/system';
import { useEffect } from 'react';
import { useRead } from '../api/read.js';
import { FilterBar } from '../office/filter-bar.js';
import { queryOf } from '../office/query.js';
import { DayFilter } from '../parts/day-filter.js';
import { useFilters } from '../parts/filters.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { Found } from './journey.js';

const FILTERS = { id: '', from: '', to: '' };

/** Milliseconds. Each look searches a day of every service's outbox, which has no index for it. */
const EVERY = 10_000;

/** One journey through all services, followed while it goes on. What is looked for stands in the address. */
export default function Journeys() {
  const t = useWords('system');
  const [filters, change] = useFilters(FILTERS);
  const { id, from, to } = filters;
  const query = queryOf<typeof readJourney>({ from, to });
  const journey = useRead(readJourney, id === '' ? undefined : { params: { id }, query }, { every: EVERY });
  const isSpan = from !== '' || to !== '';
  return (
    <>
      {/* Another journey is another page, though its path is the same. */}
      <PageTitle key={id} words={t('journeys.words')}>
        {t('journeys.title')}
      </PageTitle>
      <IdForm id={id} onFind={(next) => change({ id: next })} />
      <FilterBar onClear={isSpan ? () => change({ from: '', to: '' }) : undefined}>
        <DayFilter label={t('journeys.from')} value={from} onChange={(day) => change({ from: day })} />
        <DayFilter label={t('journeys.to')} value={to} onChange={(day) => change({ to: day })} />
      </FilterBar>
      {id === '' ? (
        <EmptyState title={t('journeys.noId')} words={t('journeys.noIdWords')} />
      ) : (
        <Loaded from={journey} rows={6}>
          {(found) => <Found journey={found} onFollow={(next) => change({ id: next })} />}
        </Loaded>
      )}
    </>
  );
}

interface IdFormProps {
  readonly id: string;
  readonly onFind: (id: string) => void;
}

function IdForm({ id, onFind }: IdFormProps) {
  const t = useWords('system');
  const isOne = (typed: string) => readJourney.params?.safeParse({ id: typed.trim() }).success === true;
  const form = useForm({
    initialValues: { id },
    validate: { id: (typed) => (isOne(typed) ? null : t('journeys.badId')) },
  });
  const { setValues } = form;
  // An event's own link, or the back button, has changed the address.
  useEffect(() => setValues({ id }), [id, setValues]);
  return (
    <form onSubmit={form.onSubmit(({ id: typed }) => onFind(typed.trim()))} aria-label={t('journeys.title')}>
      <Group align="flex-start" mb="md">
        <TextInput
          label={t('journeys.id')}
          w={{ base: '100%', xs: 380 }}
          autoComplete="off"
          {...form.getInputProps('id')}
        />
        <Button type="submit" mt={{ base: 0, xs: 25 }}>
          {t('journeys.find')}
        </Button>
      </Group>
    </form>
  );
}
