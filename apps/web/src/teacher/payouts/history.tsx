import { Anchor, Group, MultiSelect, Stack, Text, Title } from '@mantine/core';
import { listRevenueWithdrawals } from '@rollcall/contracts/api/revenue';
import { listWithdrawals, type Withdrawal, WithdrawalStatus } from '@rollcall/contracts/api/withdrawals';
import { Link } from 'react-router';
import { download } from '../../api/download.js';
import { useList } from '../../api/read.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { useFilters } from '../../parts/filters.js';
import { Money, useMoney } from '../../parts/money.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState } from '../../parts/states.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';

const FILTERS = { status: [] as string[] };
type Status = Withdrawal['status'];
const STATES: readonly Status[] = WithdrawalStatus.options;
const isStatus = (value: string): value is Status => STATES.some((state) => state === value);

export function History() {
  const t = useWords('teacher');
  const common = useWords('common');
  const [filters, change] = useFilters(FILTERS);
  const status = filters.status.filter(isStatus);
  const query = status.length > 0 ? { status } : {};
  const list = useList(listWithdrawals, { query });
  return (
    <Stack component="section" gap="md" aria-labelledby="history">
      <Group justify="space-between" align="flex-end">
        <Title order={2} id="history" fz="lg">
          {t('withdrawals.history')}
        </Title>
        <MultiSelect
          label={t('withdrawals.filter')}
          placeholder={status.length === 0 ? t('withdrawals.anyState') : undefined}
          data={STATES.map((value) => ({ value, label: common(`states.${value}`) }))}
          value={status}
          onChange={(next) => change({ status: next })}
          clearable
          miw={220}
        />
      </Group>
      <DataTable
        label={t('withdrawals.history')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        csv={() => download(listRevenueWithdrawals, { query }, 'text/csv', 'withdrawals.csv')}
        empty={
          status.length > 0 ? (
            <EmptyState title={t('withdrawals.emptyFilter')} words={t('withdrawals.emptyFilterHint')} />
          ) : (
            <EmptyState title={t('withdrawals.empty')} words={t('withdrawals.emptyHint')} />
          )
        }
      />
    </Stack>
  );
}

function useColumns(): Column<Withdrawal>[] {
  const t = useWords('teacher');
  const money = useMoney();
  return [
    {
      key: 'requestedAt',
      title: t('withdrawals.requestedAt'),
      cell: ({ requestedAt }) => <When at={requestedAt} />,
    },
    {
      key: 'account',
      title: t('withdrawals.account'),
      cell: ({ bankAccount }) => (
        <Text span inherit>
          {bankAccount.bankName} {bankAccount.accountNumber}
        </Text>
      ),
    },
    { key: 'state', title: t('withdrawals.state'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'amount',
      title: t('withdrawals.amount'),
      isNumber: true,
      cell: (row) => <Money value={row} />,
    },
    {
      key: 'open',
      title: t('withdrawals.open'),
      cell: (row) => (
        <Anchor
          component={Link}
          to={`/teacher/withdrawals/${row.id}`}
          inherit
          aria-label={t('withdrawals.openOf', { amount: money(row) })}
        >
          {t('withdrawals.open')}
        </Anchor>
      ),
    },
  ];
}
