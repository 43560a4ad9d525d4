import { Alert, Paper, Select, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { readWallet, type Wallet } from '@rollcall/contracts/api/wallet';
import type { Money as Value } from '@rollcall/contracts/money';
import { useSearchParams } from 'react-router';
import { useRead } from '../api/read.js';
import { useFilters } from '../parts/filters.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { Cards } from './cards.js';
import { Payments } from './payments.js';
import { TopUp } from './top-up.js';
import { Transactions } from './transactions.js';

const VIEW = { tab: 'transactions', currency: '' };
/** Those a course is usually sold in; a wallet has any that money came in. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'PLN', 'UAH', 'JPY'];

export function WalletPage() {
  const t = useWords('student');
  const [{ tab, currency }, change] = useFilters(VIEW);
  const [search] = useSearchParams();
  const wallet = useRead(readWallet, { query: currency === '' ? {} : { currency } });
  return (
    <Stack>
      <PageTitle
        action={
          <Select
            aria-label={t('wallet.currency')}
            data={CURRENCIES}
            value={currency || wallet.data?.credits.currency || null}
            onChange={(chosen) => change({ currency: chosen ?? '' })}
            allowDeselect={false}
            w={110}
          />
        }
      >
        {t('wallet.title')}
      </PageTitle>
      <Loaded from={wallet} rows={3}>
        {(found) => (
          <>
            <Balances wallet={found} />
            <TopUp
              key={found.credits.currency}
              currency={found.credits.currency}
              wished={Number(search.get('topup'))}
            />
          </>
        )}
      </Loaded>
      <Tabs value={tab} onChange={(chosen) => change({ tab: chosen ?? '' })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="transactions">{t('wallet.transactions')}</Tabs.Tab>
          <Tabs.Tab value="payments">{t('wallet.payments')}</Tabs.Tab>
          <Tabs.Tab value="cards">{t('wallet.cards')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="transactions">
          <Transactions />
        </Tabs.Panel>
        <Tabs.Panel value="payments">
          <Payments />
        </Tabs.Panel>
        <Tabs.Panel value="cards">
          <Cards />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Balances({ wallet: { credits, promo, debt } }: { readonly wallet: Wallet }) {
  const t = useWords('student');
  const say = useMoney();
  return (
    <>
      {debt.amount !== 0 && (
        <Alert
          color="orange"
          title={t('wallet.debt', { debt: say({ ...debt, amount: Math.abs(debt.amount) }) })}
        >
          {t('wallet.debtWords')}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} maw={640}>
        <Balance title={t('wallet.credits')} value={credits} words={t('wallet.creditsWords')} />
        <Balance title={t('wallet.promo')} value={promo} words={t('wallet.promoWords')} />
      </SimpleGrid>
    </>
  );
}

interface BalanceProps {
  readonly title: string;
  readonly value: Value;
  readonly words: string;
}

function Balance({ title, value, words }: BalanceProps) {
  return (
    <Paper withBorder p="lg">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text size="xl" fw={700} data-balance={title}>
        <Money value={value} />
      </Text>
      <Text size="xs" c="dimmed">
        {words}
      </Text>
    </Paper>
  );
}
