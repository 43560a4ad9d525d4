import { Anchor } from '@mantine/core';
import { type Hold, HoldStatus, listAdminHolds } from '@rollcall/contracts/api/settlement';
import { Link } from 'react-router';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { Lesson, Person } from '../office/ids.js';
import { isFiltered, queryOf } from '../office/query.js';
import { useStates } from '../office/states.js';
import { DataTable, type ListState } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { status: [] as string[], sessionId: '', teacherId: '', studentId: '' };

export default function Holds() {
  const t = useWords('admin');
  const states = useStates();
  const [filters, change] = useFilters(FILTERS);
  const query = queryOf<typeof listAdminHolds>(filters);
  const list = useList(listAdminHolds, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('holds.words')}>{t('holds.title')}</PageTitle>
      <FilterBar onClear={isFiltered(filters) ? () => change(FILTERS) : undefined}>
        <SetFilter
          label={t('status')}
          values={filters.status}
          onChange={(status) => change({ status })}
          options={states(HoldStatus.options)}
        />
        <TextFilter
          label={t('sessionId')}
          value={filters.sessionId}
          onChange={(sessionId) => change({ sessionId })}
        />
        <TextFilter
          label={t('teacherId')}
          value={filters.teacherId}
          onChange={(teacherId) => change({ teacherId })}
        />
        <TextFilter
          label={t('studentId')}
          value={filters.studentId}
          onChange={(studentId) => change({ studentId })}
        />
      </FilterBar>
      <HoldTable list={list} csv={() => download(listAdminHolds, { query }, 'text/csv', 'holds.csv')} />
    </>
  );
}

interface HoldTableProps {
  readonly list: ListState<Hold>;
  readonly csv?: () => Promise<void>;
}

export function HoldTable({ list, csv }: HoldTableProps) {
  const t = useWords('admin');
  return (
    <DataTable
      label={t('holds.title')}
      list={list}
      rowKey={({ id }) => id}
      {...(csv && { csv })}
      empty={<EmptyState title={t('holds.empty')} words={t('emptyFiltered')} />}
      columns={[
        {
          key: 'heldAt',
          title: t('holds.heldAt'),
          cell: ({ id, heldAt }) => (
            <Anchor component={Link} to={`/admin/holds/${id}`} inherit>
              <When at={heldAt} />
            </Anchor>
          ),
        },
        { key: 'session', title: t('session'), cell: (hold) => <Lesson {...hold} /> },
        { key: 'student', title: t('student'), cell: ({ studentId }) => <Person id={studentId} /> },
        { key: 'teacher', title: t('teacher'), cell: ({ teacherId }) => <Person id={teacherId} /> },
        { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
        { key: 'amount', title: t('amount'), isNumber: true, cell: (hold) => <Money value={hold} /> },
      ]}
    />
  );
}
