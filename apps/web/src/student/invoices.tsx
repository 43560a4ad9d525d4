import { Anchor, MultiSelect, Stack } from '@mantine/core';
import { type InvoiceSummary, listInvoices, readInvoicePdf } from '@rollcall/contracts/api/invoices';
import { InvoiceKind } from '@rollcall/contracts/events/billing';
import { Link } from 'react-router';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { PdfButton } from './pdf-button.js';

const FILTERS = { kind: [] as string[] };

export function InvoicesPage() {
  const t = useWords('student');
  const [filters, change] = useFilters(FILTERS);
  const kind = InvoiceKind.options.filter((one) => filters.kind.includes(one));
  const query = kind.length > 0 ? { kind } : {};
  const list = useList(listInvoices, { query });
  return (
    <Stack>
      <PageTitle>{t('invoices.title')}</PageTitle>
      <MultiSelect
        label={t('invoices.kind')}
        data={InvoiceKind.options.map((one) => ({ value: one, label: t(`invoices.is.${one}`) }))}
        value={filters.kind}
        onChange={(chosen) => change({ kind: chosen })}
        clearable
        maw={360}
      />
      <DataTable
        label={t('invoices.title')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('invoices.empty')} words={t('invoices.emptyWords')} />}
        csv={() => download(listInvoices, { query }, 'text/csv', 'invoices.csv')}
      />
    </Stack>
  );
}

function useColumns(): Column<InvoiceSummary>[] {
  const t = useWords('student');
  return [
    {
      key: 'number',
      title: t('invoices.number'),
      cell: ({ id, number }) => (
        <Anchor component={Link} to={`/student/invoices/${id}`}>
          {number ?? t('invoices.open')}
        </Anchor>
      ),
    },
    { key: 'kind', title: t('invoices.kind'), cell: ({ kind }) => t(`invoices.is.${kind}`) },
    {
      key: 'issued',
      title: t('invoices.issued'),
      cell: ({ issuedAt }) => (issuedAt ? <When at={issuedAt} as="date" /> : '—'),
    },
    {
      key: 'total',
      title: t('invoices.total'),
      cell: ({ total }) => <Money value={total} />,
      isNumber: true,
    },
    { key: 'state', title: t('invoices.state'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'pdf',
      title: '',
      cell: ({ id, number }) => (
        <PdfButton
          label={t('invoices.pdfLabel', { number: number ?? '' })}
          save={() =>
            download(readInvoicePdf, { params: { invoiceId: id } }, 'application/pdf', `${number ?? id}.pdf`)
          }
        />
      ),
    },
  ];
}
