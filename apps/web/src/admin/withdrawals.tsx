import { Anchor, Button } from '@mantine/core';
import { WithdrawalStatus } from '@rollcall/contracts/api/withdrawals';
import { listAdminWithdrawals } from '@rollcall/contracts/api/withdrawals-admin';
import { Link } from 'react-router';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { Person } from '../office/ids.js';
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

const FILTERS = { status: [] as string[], teacherId: '', from: '', to: '' };

export default function Withdrawals() {
  const t = useWords('admin');
  const states = useStates();
  const [filters, change] = useFilters(FILTERS);
  const query = queryOf<typeof listAdminWithdrawals>(filters);
  const list = useList(listAdminWithdrawals, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle
        words={t('withdrawals.words')}
        action={
          <Button component={Link} to="/admin/payout-batches" variant="default">
            {t('batches.title')}
          </Button>
        }
      >
        {t('withdrawals.title')}
      </PageTitle>
      <FilterBar onClear={isFiltered(filters) ? () => change(FILTERS) : undefined}>
        <SetFilter
          label={t('status')}
          values={filters.status}
          onChange={(status) => change({ status })}
          options={states(WithdrawalStatus.options)}
        />
        <TextFilter
          label={t('teacherId')}
          value={filters.teacherId}
          onChange={(teacherId) => change({ teacherId })}
        />
        <DayFilter label={t('from')} value={filters.from} onChange={(from) => change({ from })} />
        <DayFilter label={t('to')} value={filters.to} onChange={(to) => change({ to })} />
      </FilterBar>
      <DataTable
        label={t('withdrawals.title')}
        list={list}
        rowKey={({ id }) => id}
        csv={() => download(listAdminWithdrawals, { query }, 'text/csv', 'withdrawals.csv')}
        empty={<EmptyState title={t('withdrawals.empty')} words={t('emptyFiltered')} />}
        columns={[
          {
            key: 'requestedAt',
            title: t('withdrawals.requestedAt'),
            cell: ({ id, requestedAt }) => (
              <Anchor component={Link} to={`/admin/withdrawals/${id}`} inherit>
                <When at={requestedAt} />
              </Anchor>
            ),
          },
          { key: 'teacher', title: t('teacher'), cell: ({ teacherId }) => <Person id={teacherId} /> },
          {
            key: 'bank',
            title: t('withdrawals.account'),
            cell: ({ bankAccount }) => bankAccount.accountNumber,
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'amount', title: t('amount'), isNumber: true, cell: (row) => <Money value={row} /> },
        ]}
      />
    </>
  );
}
