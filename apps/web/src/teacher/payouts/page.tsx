import { Grid, Stack } from '@mantine/core';
import { readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { useRead } from '../../api/read.js';
import { useFilters } from '../../parts/filters.js';
import { PageTitle } from '../../parts/page-title.js';
import { Loaded } from '../../parts/states.js';
import { useWords } from '../../words/words.js';
import { CurrencyChoice } from '../currency-choice.js';
import { History } from './history.js';
import { Readiness } from './readiness.js';
import { WithdrawForm } from './withdraw-form.js';

const FILTERS = { currency: '' };

export function WithdrawalsPage() {
  const t = useWords('teacher');
  const [{ currency }, change] = useFilters(FILTERS);
  const readiness = useRead(readPayoutReadiness, { query: currency === '' ? {} : { currency } });
  const shown = readiness.data?.available.currency ?? currency;
  return (
    <>
      <PageTitle
        words={t('withdrawals.intro')}
        action={<CurrencyChoice value={shown} onChange={(next) => change({ currency: next })} />}
      >
        {t('withdrawals.title')}
      </PageTitle>
      <Stack gap="xl">
        <Loaded from={readiness} rows={6}>
          {(panel) => (
            <Grid gap="xl">
              <Grid.Col span={{ base: 12, md: 7 }}>
                <WithdrawForm key={panel.available.currency} panel={panel} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Readiness panel={panel} />
              </Grid.Col>
            </Grid>
          )}
        </Loaded>
        <History />
      </Stack>
    </>
  );
}
