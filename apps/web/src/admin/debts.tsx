import { listDebts } from '@rollcall/contracts/api/debts';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { FilterBar, TextFilter } from '../office/filter-bar.js';
import { Person } from '../office/ids.js';
import { queryOf } from '../office/query.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { currency: '' };

export default function Debts() {
  const t = useWords('admin');
  const [filters, change] = useFilters(FILTERS);
  const query = queryOf<typeof listDebts>(filters);
  const list = useList(listDebts, { query });
  return (
    <>
      <PageTitle words={t('debts.words')}>{t('debts.title')}</PageTitle>
      <FilterBar>
        <TextFilter
          label={t('currency')}
          value={filters.currency}
          onChange={(currency) => change({ currency: currency.toUpperCase() })}
        />
      </FilterBar>
      <DataTable
        label={t('debts.title')}
        list={list}
        rowKey={({ id }) => id}
        csv={() => download(listDebts, { query }, 'text/csv', 'debts.csv')}
        empty={<EmptyState title={t('debts.empty')} words={t('debts.emptyWords')} />}
        columns={[
          { key: 'user', title: t('users.name'), cell: ({ userId }) => <Person id={userId} /> },
          { key: 'since', title: t('debts.since'), cell: ({ createdAt }) => <When at={createdAt} /> },
          { key: 'debt', title: t('amount'), isNumber: true, cell: ({ debt }) => <Money value={debt} /> },
        ]}
      />
    </>
  );
}
