import { Alert, Stack, Text } from '@mantine/core';
import { readTrialBalance, type TrialBalance } from '@rollcall/contracts/api/finance';
import { download } from '../api/download.js';
import { useRead } from '../api/read.js';
import { listedOf } from '../office/listed.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { AS_OF, AsOf, instantIn } from './as-of.js';

/** What every kind of account holds; the total of each currency is nought, or the books are wrong. */
export default function Balance() {
  const t = useWords('finance');
  const [filters, change] = useFilters(AS_OF);
  const asOf = instantIn(filters.asOf);
  const query = asOf === undefined ? {} : { asOf };
  const read = useRead(readTrialBalance, { query }, asOf === undefined ? { every: 15_000 } : {});
  return (
    <>
      <PageTitle words={t('balance.words')}>{t('balance.title')}</PageTitle>
      <AsOf value={filters.asOf} onChange={(next) => change({ asOf: next })} />
      <Loaded from={read} rows={9}>
        {(balance) => (
          <Stack>
            <Verdict balance={balance} />
            <DataTable
              label={t('balance.title')}
              list={listedOf(balance.accounts)}
              rowKey={({ account, currency }) => `${account} ${currency}`}
              csv={() => download(readTrialBalance, { query }, 'text/csv', 'trial-balance.csv')}
              empty={<EmptyState title={t('balance.empty')} words={t('balance.emptyWords')} />}
              columns={[
                {
                  key: 'account',
                  title: t('balance.account'),
                  cell: ({ account }) => <Account of={account} />,
                },
                { key: 'currency', title: t('balance.currency'), cell: ({ currency }) => currency },
                {
                  key: 'balance',
                  title: t('balance.balance'),
                  isNumber: true,
                  cell: ({ balance: amount, currency }) => <Money value={{ amount, currency }} />,
                },
              ]}
            />
          </Stack>
        )}
      </Loaded>
    </>
  );
}

const ACCOUNTS = [
  ...(['credits', 'promo', 'earnings', 'withdrawing', 'debt', 'escrow', 'commission'] as const),
  ...(['card-clearing', 'payout-clearing', 'subscription-deferred', 'revenue'] as const),
  ...(['promotions', 'adjustments', 'losses'] as const),
] as const;

const isKnown = (account: string): account is (typeof ACCOUNTS)[number] =>
  ACCOUNTS.some((one) => one === account);

/** An account's name as the ledger has it, and what it is. */
function Account({ of }: { readonly of: string }) {
  const t = useWords('finance');
  return (
    <Stack gap={0}>
      <Text size="sm" fw={600}>
        {of}
      </Text>
      {isKnown(of) && (
        <Text size="xs" c="dimmed">
          {t(`accounts.${of}`)}
        </Text>
      )}
    </Stack>
  );
}

function Verdict({ balance: { totals, asOf, seq } }: { readonly balance: TrialBalance }) {
  const t = useWords('finance');
  const when = useWhen();
  const words = useMoney();
  const off = totals.filter(({ balance }) => balance !== 0);
  const at = t('balance.at', { seq, at: when(asOf) });
  if (totals.length === 0) return <Text size="sm">{at}</Text>;
  return (
    <Alert
      color={off.length === 0 ? 'green' : 'red'}
      title={t(off.length === 0 ? 'balance.balances' : 'balance.off')}
      data-balances={off.length === 0}
    >
      {off.map(({ currency, balance }) => words({ amount: balance, currency })).join(', ')} {at}
    </Alert>
  );
}
