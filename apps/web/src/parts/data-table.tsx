import { Button, Card, Group, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useWords } from '../words/words.js';
import { DownloadIcon } from './icons.js';
import { ErrorState, LoadingState } from './states.js';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers and money stand at the end. */
  readonly isNumber?: boolean;
}

/** What `useList` gives. */
export interface ListState<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly retry: () => void;
}

interface DataTableProps<Row> {
  /** Said to who hears the page. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly list: ListState<Row>;
  readonly rowKey: (row: Row) => string;
  /** Shown when there is nothing: an EmptyState that says what to do. */
  readonly empty: ReactNode;
  /** Saves the whole list, `() => download(route, input, 'text/csv', name)`. */
  readonly csv?: () => Promise<void>;
}

/** A list of the API's: a table, and on a phone a card for each row. */
export function DataTable<Row>({ csv, ...props }: DataTableProps<Row>) {
  const { list, empty } = props;
  const t = useWords('common');
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  if (list.isLoading) return <LoadingState rows={5} />;
  if (list.rows.length === 0)
    return list.error ? <ErrorState error={list.error} retry={list.retry} /> : empty;
  return (
    <Stack gap="sm">
      {list.error ? <ErrorState error={list.error} retry={list.retry} /> : null}
      {isNarrow ? <Cards {...props} /> : <Rows {...props} />}
      <Group justify="space-between">
        {list.hasMore ? (
          <Button variant="default" onClick={list.more} loading={list.isLoadingMore}>
            {t('list.more')}
          </Button>
        ) : (
          <span />
        )}
        {csv && <CsvButton save={csv} />}
      </Group>
    </Stack>
  );
}

type Shown<Row> = Omit<DataTableProps<Row>, 'csv' | 'empty'>;

function Rows<Row>({ label, columns, list, rowKey }: Shown<Row>) {
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'group', 'aria-label': label } }}
    >
      <Table aria-label={label} verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, title, isNumber }) => (
              <Table.Th key={key} scope="col" ta={isNumber ? 'end' : undefined}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map(({ key, cell, isNumber }) => (
                <Table.Td
                  key={key}
                  ta={isNumber ? 'end' : undefined}
                  className={isNumber ? 'numbers' : undefined}
                >
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Cards<Row>({ label, columns, list, rowKey }: Shown<Row>) {
  return (
    <Stack component="ul" aria-label={label} gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {list.rows.map((row) => (
        <Card key={rowKey(row)} component="li" withBorder padding="sm">
          <Stack gap={6}>
            {columns.map(({ key, title, cell }) => (
              <Group key={key} justify="space-between" wrap="nowrap" gap="md" align="flex-start">
                <Text size="sm" c="dimmed">
                  {title}
                </Text>
                <Text size="sm" component="div" ta="end" style={{ overflowWrap: 'anywhere' }}>
                  {cell(row)}
                </Text>
              </Group>
            ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}

function CsvButton({ save }: { readonly save: () => Promise<void> }) {
  const t = useWords('common');
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const start = async () => {
    setRunning(true);
    setError(undefined);
    await save().catch(setError);
    setRunning(false);
  };
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        variant="subtle"
        leftSection={<DownloadIcon />}
        loading={isRunning}
        onClick={() => void start()}
      >
        {t('list.csv')}
      </Button>
      {error ? <ErrorState error={error} /> : null}
    </Stack>
  );
}
