import { Anchor, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { type Invoice, readInvoice, readInvoicePdf } from '@rollcall/contracts/api/invoices';
import { Link, useParams } from 'react-router';
import { download } from '../api/download.js';
import { useRead } from '../api/read.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { PdfButton } from './pdf-button.js';

export function InvoicePage() {
  const { invoiceId = '' } = useParams();
  const invoice = useRead(readInvoice, { params: { invoiceId } });
  return (
    <Stack maw={800} mx="auto">
      <Loaded from={invoice} rows={6}>
        {(found) => <Shown invoice={found} />}
      </Loaded>
    </Stack>
  );
}

function Shown({ invoice }: { readonly invoice: Invoice }) {
  const t = useWords('student');
  const { id, number, kind, status, issuedAt, items, total, tax, taxRate, correctsId, note } = invoice;
  const save = () =>
    download(readInvoicePdf, { params: { invoiceId: id } }, 'application/pdf', `${number ?? id}.pdf`);
  return (
    <>
      <PageTitle
        words={issuedAt && <When at={issuedAt} as="date" />}
        action={<PdfButton label={t('invoices.pdfLabel', { number: number ?? '' })} save={save} />}
      >
        {`${t(`invoices.is.${kind}`)} ${number ?? ''}`.trim()}
      </PageTitle>
      <Paper withBorder p="lg">
        <Group justify="space-between" mb="md">
          <Text>{invoice.buyerName}</Text>
          <StateBadge state={status} />
        </Group>
        <Table aria-label={t('invoices.items')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('invoices.item')}</Table.Th>
              <Table.Th scope="col" ta="end">
                {t('invoices.total')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: items have no id and never change
              <Table.Tr key={index}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {item.quantity === 1 ? item.description : `${item.quantity} × ${item.description}`}
                </Table.Td>
                <Table.Td ta="end">
                  <Money value={item.total} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Stack gap={4} align="flex-end" mt="md">
          <Text fw={700} size="lg">
            {t('invoices.total')}: <Money value={total} />
          </Text>
          {tax && (
            <Text size="sm" c="dimmed">
              {t('invoices.tax', { rate: (taxRate ?? 0) / 100 })} <Money value={tax} />
            </Text>
          )}
        </Stack>
        {note && <Text mt="md">{note}</Text>}
      </Paper>
      {correctsId && (
        <Anchor component={Link} to={`/student/invoices/${correctsId}`}>
          {t('invoices.corrects')}
        </Anchor>
      )}
    </>
  );
}
