import { Alert, Stack, Text } from '@mantine/core';
import type { Simulation } from '@rollcall/contracts/api/policies';
import { Person } from '../office/ids.js';
import { listedOf } from '../office/listed.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { EmptyState } from '../parts/states.js';
import { useWords } from '../words/words.js';

/** Who would have got more, and who less. */
export function SimulationView({ result }: { readonly result: Simulation }) {
  const t = useWords('admin');
  const parts = ['teacher', 'commission', 'referral', 'refund'] as const;
  const sums = result.totals.flatMap(({ currency, was, would }) =>
    parts.map((part) => ({ part, currency, was: was[part], would: would[part] })),
  );
  const changed = changeColumns(t);
  return (
    <Stack role="status" aria-label={t('simulation.title')}>
      <Alert title={t('simulation.title')}>
        {t('simulation.words', { holds: result.holds, changed: result.changed })}
        {result.more && ` ${t('simulation.more')}`}
        {result.skipped > 0 && ` ${t('simulation.skipped', { skipped: result.skipped })}`}
      </Alert>
      {result.holds > 0 && (
        <>
          <DataTable
            label={t('simulation.totals')}
            list={listedOf(sums)}
            rowKey={({ part, currency }) => `${part} ${currency}`}
            empty={null}
            columns={[
              { key: 'part', title: t('simulation.part'), cell: ({ part }) => t(`parts.${part}`) },
              ...changed,
            ]}
          />
          <Text fw={600}>{t('simulation.teachers')}</Text>
          <DataTable
            label={t('simulation.teachers')}
            list={listedOf(result.teachers)}
            rowKey={({ teacherId, currency }) => `${teacherId} ${currency}`}
            empty={<EmptyState title={t('simulation.nobody')} />}
            columns={[
              { key: 'teacher', title: t('teacher'), cell: ({ teacherId }) => <Person id={teacherId} /> },
              { key: 'holds', title: t('simulation.holds'), isNumber: true, cell: ({ holds }) => holds },
              ...changed,
            ]}
          />
        </>
      )}
    </Stack>
  );
}

interface Change {
  readonly was: number;
  readonly would: number;
  readonly currency: string;
}

const changeColumns = (t: ReturnType<typeof useWords<'admin'>>): Column<Change>[] => [
  {
    key: 'was',
    title: t('simulation.was'),
    isNumber: true,
    cell: ({ was, currency }) => <Money value={{ amount: was, currency }} />,
  },
  {
    key: 'would',
    title: t('simulation.would'),
    isNumber: true,
    cell: ({ would, currency }) => <Money value={{ amount: would, currency }} />,
  },
  {
    key: 'difference',
    title: t('simulation.difference'),
    isNumber: true,
    cell: ({ was, would, currency }) => <Money value={{ amount: would - was, currency }} signed />,
  },
];
