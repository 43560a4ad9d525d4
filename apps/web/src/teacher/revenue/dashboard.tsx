import { Alert, Button, Stack } from '@mantine/core';
import { readRevenueSummary } from '@rollcall/contracts/api/revenue';
import { readWallet } from '@rollcall/contracts/api/wallet';
import { Link } from 'react-router';
import { useRead } from '../../api/read.js';
import { useFilters } from '../../parts/filters.js';
import { useMoney } from '../../parts/money.js';
import { PageTitle } from '../../parts/page-title.js';
import { Loaded } from '../../parts/states.js';
import { useWords } from '../../words/words.js';
import { CurrencyChoice } from '../currency-choice.js';
import { Earnings } from './earnings.js';
import { Totals } from './totals.js';

const FILTERS = { currency: '' };

export function DashboardPage() {
  const t = useWords('teacher');
  const [{ currency }, change] = useFilters(FILTERS);
  const summary = useRead(readRevenueSummary, { query: currency === '' ? {} : { currency } });
  const shown = currency || summary.data?.netEarnings.currency || '';
  return (
    <>
      <PageTitle
        words={t('revenue.intro')}
        action={
          <Button component={Link} to="/teacher/withdrawals">
            {t('revenue.withdraw')}
          </Button>
        }
      >
        {t('revenue.title')}
      </PageTitle>
      <Stack gap="xl">
        <CurrencyChoice value={shown} onChange={(next) => change({ currency: next })} />
        <Owed currency={currency} />
        <Loaded from={summary} rows={3}>
          {(figures) => <Totals figures={figures} />}
        </Loaded>
        <Earnings currency={currency} />
      </Stack>
    </>
  );
}

function Owed({ currency }: { readonly currency: string }) {
  const t = useWords('teacher');
  const money = useMoney();
  const { data } = useRead(readWallet, { query: currency === '' ? {} : { currency } });
  if (data === undefined || data.debt.amount === 0) return null;
  const debt = { ...data.debt, amount: Math.abs(data.debt.amount) };
  return (
    <Alert color="orange" title={t('revenue.owed', { debt: money(debt) })}>
      {t('revenue.owedHint')}
    </Alert>
  );
}
