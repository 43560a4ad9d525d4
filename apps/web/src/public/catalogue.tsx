import { Button, Stack, TextInput } from '@mantine/core';
import { listCourses } from '@rollcall/contracts/api/enrollment';
import { useList } from '../api/read.js';
import { asked } from '../parts/filter-state.js';
import { useFilters } from '../parts/filters.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState, ErrorState, LoadingState } from '../parts/states.js';
import { useTyped } from '../parts/use-typed.js';
import { zoneName } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { CourseCards } from './course-cards.js';

const FILTERS = { text: '' };

export function CataloguePage() {
  const t = useWords('public');
  const [filters, change] = useFilters(FILTERS);
  return (
    <Stack maw={1100} mx="auto" gap="md">
      <PageTitle words={t('catalogue.words', { zone: zoneName() })}>{t('catalogue.title')}</PageTitle>
      <Search text={filters.text} change={(text) => change({ text })} />
      <Courses text={filters.text} clear={() => change({ text: '' })} />
    </Stack>
  );
}

function Search({ text, change }: { readonly text: string; readonly change: (text: string) => void }) {
  const t = useWords('public');
  const [typed, setTyped] = useTyped(text, change);
  return (
    <TextInput
      type="search"
      label={t('catalogue.search')}
      value={typed}
      maxLength={100}
      maw={480}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}

function Courses({ text, clear }: { readonly text: string; readonly clear: () => void }) {
  const t = useWords('public');
  const common = useWords('common');
  const list = useList(listCourses, { query: asked({ text }) });
  if (list.isLoading) return <LoadingState rows={4} />;
  if (list.rows.length === 0) {
    if (list.error) return <ErrorState error={list.error} retry={list.retry} />;
    if (text === '') return <EmptyState title={t('catalogue.nothing')} words={t('catalogue.nothingWords')} />;
    return (
      <EmptyState title={t('catalogue.empty')} words={t('catalogue.emptyWords')}>
        <Button variant="default" onClick={clear}>
          {t('catalogue.clear')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <Stack>
      {list.error ? <ErrorState error={list.error} retry={list.retry} /> : null}
      <CourseCards courses={list.rows} />
      {list.hasMore && (
        <Button
          variant="default"
          onClick={list.more}
          loading={list.isLoadingMore}
          style={{ alignSelf: 'center' }}
        >
          {common('list.more')}
        </Button>
      )}
    </Stack>
  );
}
