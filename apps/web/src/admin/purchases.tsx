import { Code, Switch } from '@mantine/core';
import { listAdminPurchases, PurchaseStatus } from '@rollcall/contracts/api/enrollment';
import { useList } from '../api/read.js';
import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { Person, shortId } from '../office/ids.js';
import { isFiltered, queryOf } from '../office/query.js';
import { useStates } from '../office/states.js';
import { DataTable } from '../parts/data-table.js';
import { DayFilter } from '../parts/day-filter.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { stuckBefore } from './stuck.js';

const FILTERS = { stuck: '', status: [] as string[], studentId: '', from: '', to: '' };

export default function Purchases() {
  const t = useWords('admin');
  const states = useStates();
  const [{ stuck, ...filters }, change] = useFilters(FILTERS);
  const isStuck = stuck !== '';
  const query = {
    ...queryOf<typeof listAdminPurchases>(filters),
    ...(isStuck && { status: ['pending' as const], to: stuckBefore(new Date()) }),
  };
  const list = useList(listAdminPurchases, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('purchases.words')}>{t('purchases.title')}</PageTitle>
      <FilterBar onClear={isFiltered({ stuck, ...filters }) ? () => change(FILTERS) : undefined}>
        <Switch
          label={t('purchases.stuck')}
          checked={isStuck}
          onChange={({ currentTarget }) => change({ stuck: currentTarget.checked ? 'yes' : '' })}
          mb={8}
        />
        {!isStuck && (
          <SetFilter
            label={t('status')}
            values={filters.status}
            onChange={(status) => change({ status })}
            options={states(PurchaseStatus.options)}
          />
        )}
        <TextFilter
          label={t('studentId')}
          value={filters.studentId}
          onChange={(studentId) => change({ studentId })}
        />
        <DayFilter label={t('from')} value={filters.from} onChange={(from) => change({ from })} />
        {!isStuck && <DayFilter label={t('to')} value={filters.to} onChange={(to) => change({ to })} />}
      </FilterBar>
      <DataTable
        label={t('purchases.title')}
        list={list}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title={t(isStuck ? 'purchases.noneStuck' : 'purchases.empty')}
            words={t(isStuck ? 'purchases.noneStuckWords' : 'emptyFiltered')}
          />
        }
        columns={[
          { key: 'at', title: t('purchases.at'), cell: ({ createdAt }) => <When at={createdAt} /> },
          { key: 'id', title: t('id'), cell: ({ id }) => <Code title={id}>{shortId(id)}</Code> },
          { key: 'student', title: t('student'), cell: ({ studentId }) => <Person id={studentId} /> },
          { key: 'kind', title: t('purchases.kind'), cell: ({ kind }) => t(`purchases.kinds.${kind}`) },
          {
            key: 'fundedBy',
            title: t('purchases.by'),
            cell: ({ fundedBy }) => t(`purchases.fundedBy.${fundedBy}`),
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'price', title: t('amount'), isNumber: true, cell: ({ price }) => <Money value={price} /> },
        ]}
      />
    </>
  );
}
