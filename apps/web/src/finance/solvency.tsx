import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { listSolvency, readSolvency, type SolvencyReport } from '@rollcall/contracts/api/finance';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useList, useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { Section } from '../office/section.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { AS_OF, AsOf, instantIn } from './as-of.js';

type Standing = AnswerOf<typeof readSolvency>['currencies'][number];

/** What is owed against what is held. */
export default function Solvency() {
  const t = useWords('finance');
  const [filters, change] = useFilters(AS_OF);
  const asOf = instantIn(filters.asOf);
  const read = useRead(readSolvency, { query: asOf === undefined ? {} : { asOf } });
  const history = useList(listSolvency, { query: {} });
  return (
    <>
      <PageTitle words={t('solvency.words')}>{t('solvency.title')}</PageTitle>
      <AsOf value={filters.asOf} onChange={(next) => change({ asOf: next })} />
      <Stack>
        <Loaded from={read} rows={6}>
          {({ currencies, seq, asOf: at }) => (
            <Stack>
              <Text size="sm" c="dimmed">
                {t('solvency.at', { seq })} <When at={at} />
              </Text>
              {currencies.length === 0 && <EmptyState title={t('solvency.none')} />}
              {currencies.map((standing) => (
                <OneCurrency key={standing.currency} standing={standing} />
              ))}
            </Stack>
          )}
        </Loaded>
        <Section title={t('solvency.history')} words={t('solvency.historyWords')}>
          <DataTable
            label={t('solvency.history')}
            list={history}
            rowKey={({ day }) => day}
            empty={<EmptyState title={t('solvency.noHistory')} words={t('solvency.noHistoryWords')} />}
            columns={[
              { key: 'day', title: t('solvency.day'), cell: ({ day }) => day },
              { key: 'seq', title: t('ledger.seq'), isNumber: true, cell: ({ seq }) => seq },
              {
                key: 'surplus',
                title: t('solvency.surplus'),
                cell: (report) => <Surpluses report={report} />,
              },
            ]}
          />
        </Section>
      </Stack>
    </>
  );
}

function Surpluses({ report }: { readonly report: SolvencyReport }) {
  return (
    <Stack gap={0}>
      {report.currencies.map(({ currency, surplus: amount }) => (
        <Money key={currency} value={{ amount, currency }} />
      ))}
    </Stack>
  );
}

function OneCurrency({ standing }: { readonly standing: Standing }) {
  const t = useWords('finance');
  const words = useMoney();
  const { currency, owed, held, surplus, solvent } = standing;
  const figures = (of: Record<string, number>) =>
    Object.entries(of).map(
      ([name, amount]) => [name, <Money key={name} value={{ amount, currency }} />] as const,
    );
  return (
    <Section title={currency}>
      <Alert color={solvent ? 'green' : 'orange'} title={t(solvent ? 'solvency.covered' : 'solvency.short')}>
        {t('solvency.surplusWords', { surplus: words({ amount: surplus, currency }) })}
      </Alert>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Stack gap={4}>
          <Text fw={600}>
            {t('solvency.owed')}: {words({ amount: owed.total, currency })}
          </Text>
          <Facts of={figures(owed.figures)} />
        </Stack>
        <Stack gap={4}>
          <Text fw={600}>
            {t('solvency.held')}: {words({ amount: held.total, currency })}
          </Text>
          <Facts of={figures(held.figures)} />
        </Stack>
        <Stack gap={4}>
          <Text fw={600}>{t('solvency.explained')}</Text>
          <Facts of={figures(standing.explainedBy)} />
        </Stack>
      </SimpleGrid>
    </Section>
  );
}
