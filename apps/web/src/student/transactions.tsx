import { Group, MultiSelect, Stack } from '@mantine/core';
import { listTransactions, type Transaction, TransactionType } from '@rollcall/contracts/api/wallet';
import { money } from '@rollcall/contracts/money';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { DayFilter } from '../parts/day-filter.js';
import { endOfDay, startOf } from '../parts/days.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { type: [] as string[], from: '', to: '' };
const TYPES = TransactionType.options;
/** What happens to a student's own accounts. */
const OFFERED = TYPES.filter((type) => !['payment_release', 'commission', 'withdrawal'].includes(type));

export function Transactions() {
  const t = useWords('student');
  const [filters, change] = useFilters(FILTERS);
  const query = {
    ...(filters.type.length > 0 && { type: TYPES.filter((type) => filters.type.includes(type)) }),
    from: startOf(filters.from),
    to: endOfDay(filters.to),
  };
  const list = useList(listTransactions, { query });
  return (
    <Stack>
      <Group align="flex-end">
        <MultiSelect
          label={t('transactions.type')}
          data={OFFERED.map((type) => ({ value: type, label: t(`transactions.is.${type}`) }))}
          value={filters.type}
          onChange={(type) => change({ type })}
          clearable
          miw={220}
        />
        <DayFilter
          label={t('transactions.from')}
          value={filters.from}
          onChange={(from) => change({ from })}
        />
        <DayFilter label={t('transactions.to')} value={filters.to} onChange={(to) => change({ to })} />
      </Group>
      <DataTable
        label={t('wallet.transactions')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('transactions.empty')} words={t('transactions.emptyWords')} />}
        csv={() => download(listTransactions, { query }, 'text/csv', 'transactions.csv')}
      />
    </Stack>
  );
}

function useColumns(): Column<Transaction>[] {
  const t = useWords('student');
  return [
    { key: 'when', title: t('transactions.when'), cell: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'type', title: t('transactions.type'), cell: ({ type }) => t(`transactions.is.${type}`) },
    { key: 'what', title: t('transactions.what'), cell: ({ description }) => description },
    {
      key: 'account',
      title: t('transactions.account'),
      cell: ({ account }) => t(`transactions.accounts.${account}`),
    },
    {
      key: 'amount',
      title: t('transactions.amount'),
      cell: ({ amount, currency }) => <Money value={money(amount, currency)} signed />,
      isNumber: true,
    },
    {
      key: 'after',
      title: t('transactions.after'),
      cell: ({ balanceAfter, currency }) => <Money value={money(balanceAfter, currency)} />,
      isNumber: true,
    },
  ];
}
