import { Anchor, Button } from '@mantine/core';
import { listPayments, type Payment } from '@rollcall/contracts/api/billing';
import { money } from '@rollcall/contracts/money';
import { useState } from 'react';
import { Link } from 'react-router';
import { useList } from '../api/read.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { RefundDialog } from './refund-dialog.js';

/** Payments by card, and their way back. */
export function Payments() {
  const t = useWords('student');
  const list = useList(listPayments, { query: {} });
  const [chosen, setChosen] = useState<Payment>();
  const columns: Column<Payment>[] = [
    {
      key: 'when',
      title: t('payments.when'),
      cell: ({ id, createdAt }) => (
        <Anchor component={Link} to={`/student/payments/${id}`}>
          <When at={createdAt} />
        </Anchor>
      ),
    },
    { key: 'purpose', title: t('payments.purpose'), cell: ({ purpose }) => t(`payments.for.${purpose}`) },
    {
      key: 'amount',
      title: t('payments.amount'),
      cell: ({ amount, currency }) => <Money value={money(amount, currency)} />,
      isNumber: true,
    },
    {
      key: 'refunded',
      title: t('payments.refunded'),
      cell: ({ refundedAmount, currency }) =>
        refundedAmount > 0 ? <Money value={money(refundedAmount, currency)} /> : '—',
      isNumber: true,
    },
    { key: 'state', title: t('payments.state'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'refund',
      title: '',
      cell: (payment) =>
        payment.status === 'succeeded' || payment.status === 'partially_refunded' ? (
          <Button size="xs" variant="default" onClick={() => setChosen(payment)}>
            {t('payments.refund')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <DataTable
        label={t('wallet.payments')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('payments.empty')} words={t('payments.emptyWords')} />}
      />
      {chosen && <RefundDialog key={chosen.id} payment={chosen} close={() => setChosen(undefined)} />}
    </>
  );
}
