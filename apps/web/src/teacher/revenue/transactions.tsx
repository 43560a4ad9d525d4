import { Anchor, Button, Group, MultiSelect, Text } from '@mantine/core';
import { listRevenueTransactions } from '@rollcall/contracts/api/revenue';
import type { Transaction } from '@rollcall/contracts/api/wallet';
import { Link } from 'react-router';
import { download } from '../../api/download.js';
import { useList } from '../../api/read.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { DayFilter } from '../../parts/day-filter.js';
import { useFilters } from '../../parts/filters.js';
import { Money, useMoney } from '../../parts/money.js';
import { PageTitle } from '../../parts/page-title.js';
import { EmptyState } from '../../parts/states.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { BackLink } from '../back-link.js';
import { periodOf } from '../days.js';

type Type = Transaction['type'];

/** Those that move a teacher's earnings. */
const TYPES: readonly Type[] = [
  ...(['payment_release', 'commission', 'referral', 'withdrawal', 'refund'] as const),
  ...(['admin_credit', 'admin_debit', 'debt_repayment', 'chargeback'] as const),
];
const isType = (value: string): value is Type => TYPES.some((type) => type === value);

const FILTERS = { type: [] as string[], from: '', to: '' };

export function TransactionsPage() {
  const t = useWords('teacher');
  const [filters, change] = useFilters(FILTERS);
  const type = filters.type.filter(isType);
  const query = { ...(type.length > 0 && { type }), ...periodOf(filters) };
  const list = useList(listRevenueTransactions, { query });
  return (
    <>
      <BackLink to="/teacher" label={t('transactions.back')} />
      <PageTitle words={t('transactions.intro')}>{t('transactions.title')}</PageTitle>
      <Group align="flex-end" gap="sm" mb="lg">
        <MultiSelect
          label={t('transactions.type')}
          placeholder={type.length === 0 ? t('transactions.anyType') : undefined}
          data={TYPES.map((value) => ({ value, label: t(`transactions.types.${value}`) }))}
          value={type}
          onChange={(next) => change({ type: next })}
          clearable
          maw={420}
          miw={240}
        />
        {(['from', 'to'] as const).map((end) => (
          <DayFilter
            key={end}
            label={t(`transactions.${end}`)}
            value={filters[end]}
            onChange={(day) => change({ [end]: day })}
          />
        ))}
      </Group>
      <DataTable
        label={t('transactions.title')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        csv={() => download(listRevenueTransactions, { query }, 'text/csv', 'earnings.csv')}
        empty={
          <EmptyState title={t('transactions.empty')} words={t('transactions.emptyHint')}>
            <Button variant="default" onClick={() => change(FILTERS)}>
              {t('transactions.clear')}
            </Button>
          </EmptyState>
        }
      />
    </>
  );
}

function useColumns(): Column<Transaction>[] {
  const t = useWords('teacher');
  const inCurrency = ({ currency }: Transaction, amount: number) => ({ amount, currency });
  return [
    { key: 'at', title: t('transactions.at'), cell: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'what', title: t('transactions.what'), cell: (row) => <What row={row} /> },
    {
      key: 'amount',
      title: t('transactions.amount'),
      isNumber: true,
      cell: (row) => <Money value={inCurrency(row, row.amount)} signed />,
    },
    {
      key: 'balance',
      title: t('transactions.balance'),
      isNumber: true,
      cell: (row) => <Money value={inCurrency(row, row.balanceAfter)} />,
    },
  ];
}

/** What moved, the figures behind it, and the way to where it came from. */
function What({ row }: { readonly row: Transaction }) {
  const t = useWords('teacher');
  const money = useMoney();
  const { metadata, currency } = row;
  const { originalAmount, platformFee, attendancePercentage } = metadata;
  const of = (amount: number) => money({ amount, currency });
  const details = [
    originalAmount !== undefined &&
      t('transactions.details', { original: of(originalAmount), fee: of(platformFee ?? 0) }),
    attendancePercentage != null && t('transactions.attended', { percent: attendancePercentage }),
  ].filter((words) => words !== false);
  const place = placeOf(row);
  const kind = t(`transactions.types.${row.type}`);
  return (
    <>
      {place === undefined ? (
        <Text span inherit fw={500}>
          {kind}
        </Text>
      ) : (
        <Anchor component={Link} to={place} inherit fw={500}>
          {kind}
        </Anchor>
      )}
      {details.length > 0 && (
        <Text size="xs" c="dimmed">
          {details.join(', ')}
        </Text>
      )}
    </>
  );
}

/** Where it came from. A share of a referral is of another teacher's class. */
function placeOf({ type, metadata, referenceType, referenceId }: Transaction): string | undefined {
  const { courseId, sessionId } = metadata;
  if (referenceType === 'withdrawal') return `/teacher/withdrawals/${referenceId}`;
  const isOwn = type !== 'referral' && courseId !== undefined && sessionId !== undefined;
  return isOwn ? `/teacher/sessions/${courseId}/${sessionId}` : undefined;
}
