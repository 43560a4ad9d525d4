import { Anchor, Stack, Text } from '@mantine/core';
import type { Transaction } from '@rollcall/contracts/api/wallet';
import { Link } from 'react-router';
import { DataTable, type ListState } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

interface TransactionTableProps {
  readonly list: ListState<Transaction>;
  readonly csv: () => Promise<void>;
}

/** A user's movements, each with the balance it left and the hold it came of. */
export function TransactionTable({ list, csv }: TransactionTableProps) {
  const t = useWords('admin');
  return (
    <DataTable
      label={t('transactions.title')}
      list={list}
      csv={csv}
      rowKey={({ id, account }) => `${id} ${account}`}
      empty={<EmptyState title={t('transactions.empty')} words={t('transactions.emptyWords')} />}
      columns={[
        { key: 'at', title: t('transactions.at'), cell: ({ createdAt }) => <When at={createdAt} /> },
        { key: 'what', title: t('transactions.what'), cell: (row) => <What row={row} /> },
        { key: 'account', title: t('transactions.account'), cell: ({ account }) => t(`accounts.${account}`) },
        { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
        { key: 'amount', title: t('amount'), isNumber: true, cell: (row) => <Money value={row} signed /> },
        {
          key: 'after',
          title: t('transactions.after'),
          isNumber: true,
          cell: ({ balanceAfter: amount, currency }) => <Money value={{ amount, currency }} />,
        },
      ]}
    />
  );
}

function What({ row: { description, metadata, referenceType, referenceId } }: { readonly row: Transaction }) {
  const t = useWords('admin');
  const place =
    metadata.holdId !== undefined
      ? { to: `/admin/holds/${metadata.holdId}`, words: t('transactions.hold') }
      : referenceType === 'withdrawal'
        ? { to: `/admin/withdrawals/${referenceId}`, words: t('transactions.withdrawal') }
        : undefined;
  return (
    <Stack gap={0}>
      <Text size="sm">{description}</Text>
      {place && (
        <Anchor component={Link} to={place.to} size="xs">
          {place.words}
        </Anchor>
      )}
    </Stack>
  );
}
