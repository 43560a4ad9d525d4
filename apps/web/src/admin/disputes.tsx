import { Anchor, Text } from '@mantine/core';
import { DisputeStatus, listDisputes } from '@rollcall/contracts/api/settlement';
import { Link } from 'react-router';
import { useList } from '../api/read.js';
import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { Lesson, Person } from '../office/ids.js';
import { isFiltered, queryOf } from '../office/query.js';
import { useStates } from '../office/states.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { status: [] as string[], sessionId: '', holdId: '' };

export default function Disputes() {
  const t = useWords('admin');
  const states = useStates();
  const [filters, change] = useFilters(FILTERS);
  const query = queryOf<typeof listDisputes>(filters);
  const list = useList(listDisputes, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('disputes.words')}>{t('disputes.title')}</PageTitle>
      <FilterBar onClear={isFiltered(filters) ? () => change(FILTERS) : undefined}>
        <SetFilter
          label={t('status')}
          values={filters.status}
          onChange={(status) => change({ status })}
          options={states(DisputeStatus.options)}
        />
        <TextFilter
          label={t('sessionId')}
          value={filters.sessionId}
          onChange={(sessionId) => change({ sessionId })}
        />
        <TextFilter label={t('holdId')} value={filters.holdId} onChange={(holdId) => change({ holdId })} />
      </FilterBar>
      <DataTable
        label={t('disputes.title')}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('disputes.empty')} words={t('emptyFiltered')} />}
        columns={[
          {
            key: 'createdAt',
            title: t('disputes.openedAt'),
            cell: ({ id, createdAt }) => (
              <Anchor component={Link} to={`/admin/disputes/${id}`} inherit>
                <When at={createdAt} />
              </Anchor>
            ),
          },
          {
            key: 'by',
            title: t('disputes.openedBy'),
            cell: ({ openedBy, studentId, teacherId }) => (
              <>
                <Text size="xs" c="dimmed">
                  {t(`roles.${openedBy}`)}
                </Text>
                <Person id={openedBy === 'student' ? studentId : teacherId} />
              </>
            ),
          },
          { key: 'session', title: t('session'), cell: (dispute) => <Lesson {...dispute} /> },
          {
            key: 'disputed',
            title: t('disputes.disputed'),
            cell: ({ disputed }) => <StateBadge state={disputed?.outcome ?? 'held'} />,
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'amount', title: t('amount'), isNumber: true, cell: (dispute) => <Money value={dispute} /> },
        ]}
      />
    </>
  );
}
