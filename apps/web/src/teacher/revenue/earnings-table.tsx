import { Table } from '@mantine/core';
import type { Analytics } from '@rollcall/contracts/api/revenue';
import { Money } from '../../parts/money.js';
import { useWords } from '../../words/words.js';
import type { By } from './range.js';
import type { NamedSlice } from './slice-name.js';

interface EarningsTableProps {
  readonly rows: readonly NamedSlice[];
  readonly totals: Analytics['totals'];
  readonly by: By;
}

/** Three years by day are a thousand rows: they scroll under their heading, the sum stays below. */
export function EarningsTable({ rows, totals, by }: EarningsTableProps) {
  const t = useWords('teacher');
  const label = t('earnings.title');
  return (
    <Table.ScrollContainer
      minWidth={520}
      maxHeight={360}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'group', 'aria-label': label } }}
    >
      <Table aria-label={label} stickyHeader striped verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t(by === 'course' ? 'earnings.course' : 'earnings.period')}</Table.Th>
            <Table.Th scope="col" ta="end">
              {t('earnings.net')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('earnings.kept')}
            </Table.Th>
            <Table.Th scope="col" ta="end" title={t('earnings.releasesHint')}>
              {t('earnings.releases')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Figures key={row.period ?? row.courseId ?? 'referrals'} name={row.name} of={row} />
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Figures name={t('earnings.all')} of={totals} />
        </Table.Tfoot>
      </Table>
    </Table.ScrollContainer>
  );
}

function Figures({ name, of }: { readonly name: string; readonly of: Analytics['totals'] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {name}
      </Table.Th>
      <Table.Td ta="end">
        <Money value={of.netEarnings} />
      </Table.Td>
      <Table.Td ta="end">
        <Money value={of.totalCommissions} />
      </Table.Td>
      <Table.Td ta="end" className="numbers">
        {of.releases}
      </Table.Td>
    </Table.Tr>
  );
}
