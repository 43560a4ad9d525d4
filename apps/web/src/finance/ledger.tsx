import { Button, Group, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { readLedger } from '@rollcall/contracts/api/finance';
import { useEffect } from 'react';
import { download } from '../api/download.js';
import { useList } from '../api/read.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { Reference, Transfers } from './entry.js';

const FILTERS = { after: '' };

/** Every movement of money in its place in the sealed sequence. */
export default function Ledger() {
  const t = useWords('finance');
  const [{ after }, change] = useFilters(FILTERS);
  const query = { after: Number(after) || 0 };
  const list = useList(readLedger, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('ledger.words')}>{t('ledger.title')}</PageTitle>
      <After after={after} onChange={(next) => change({ after: next })} />
      <DataTable
        label={t('ledger.title')}
        list={list}
        rowKey={({ id }) => id}
        csv={() => download(readLedger, { query }, 'text/csv', 'ledger.csv')}
        empty={<EmptyState title={t('ledger.empty')} words={t('ledger.emptyWords')} />}
        columns={[
          { key: 'seq', title: t('ledger.seq'), cell: ({ seq }) => <strong>{seq}</strong> },
          { key: 'at', title: t('ledger.at'), cell: ({ at }) => <When at={at} /> },
          {
            key: 'type',
            title: t('ledger.type'),
            cell: ({ type, description }) => (
              <>
                {type}
                {description && (
                  <Text size="xs" c="dimmed">
                    {description}
                  </Text>
                )}
              </>
            ),
          },
          {
            key: 'reference',
            title: t('ledger.reference'),
            cell: ({ reference }) => <Reference of={reference} />,
          },
          {
            key: 'transfers',
            title: t('ledger.transfers'),
            cell: ({ transfers }) => <Transfers of={transfers} />,
          },
        ]}
      />
    </>
  );
}

interface AfterProps {
  readonly after: string;
  readonly onChange: (after: string) => void;
}

function After({ after, onChange }: AfterProps) {
  const t = useWords('finance');
  const form = useForm({ initialValues: { after } });
  const { setFieldValue } = form;
  useEffect(() => setFieldValue('after', after), [after, setFieldValue]);
  return (
    <form onSubmit={form.onSubmit((values) => onChange(values.after.replaceAll(/\D/g, '')))}>
      <Group align="flex-end" mb="md">
        <TextInput label={t('ledger.after')} inputMode="numeric" w={180} {...form.getInputProps('after')} />
        <Button type="submit" variant="default">
          {t('ledger.go')}
        </Button>
      </Group>
    </form>
  );
}
