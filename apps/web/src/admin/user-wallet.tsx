import { Button, Group, SimpleGrid } from '@mantine/core';
import { readUserWallet } from '@rollcall/contracts/api/debts';
import { listUserTransactions } from '@rollcall/contracts/api/wallet';
import { useState } from 'react';
import { download } from '../api/download.js';
import { useList, useRead } from '../api/read.js';
import { ChoiceFilter, FilterBar, TextFilter } from '../office/filter-bar.js';
import { queryOf } from '../office/query.js';
import { Section } from '../office/section.js';
import { useFilters } from '../parts/filters.js';
import { Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { AdjustDialog, type Adjustment } from './adjust.js';
import { Figure } from './origin.js';
import { TransactionTable } from './transaction-table.js';

const FILTERS = { currency: '', account: '' };

/** What a user has and owes in one currency, how it came to that, and an admin's ways to put it right. */
export function UserWallet({ userId }: { readonly userId: string }) {
  const t = useWords('admin');
  const [filters, change] = useFilters(FILTERS);
  const [adjustment, setAdjustment] = useState<Adjustment>();
  const { currency } = filters;
  const params = { userId };
  const wallet = useRead(readUserWallet, { params, query: currency === '' ? {} : { currency } });
  const asked = { params, query: queryOf<typeof listUserTransactions>(filters) };
  const list = useList(listUserTransactions, asked);
  const accounts = ['credits', 'promo', 'earnings'] as const;
  return (
    <Section title={t('wallet.title')}>
      <FilterBar>
        <TextFilter
          label={t('currency')}
          placeholder="USD"
          value={currency}
          onChange={(next) => change({ currency: next.toUpperCase() })}
        />
        <ChoiceFilter
          label={t('transactions.account')}
          value={filters.account}
          onChange={(account) => change({ account })}
          options={accounts.map((value) => ({ value, label: t(`accounts.${value}`) }))}
        />
      </FilterBar>
      <Loaded from={wallet} rows={2}>
        {({ credits, promo, debt, earnings }) => (
          <>
            <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }}>
              <Figure label={t('accounts.credits')} value={credits} />
              <Figure label={t('accounts.promo')} value={promo} />
              <Figure label={t('origin.available')} value={earnings.available} />
              <Figure label={t('origin.reserved')} value={earnings.reservedForWithdrawal} />
              <Figure label={t('origin.pending')} value={earnings.pending} />
              <Figure label={t('origin.debt')} value={debt} />
            </SimpleGrid>
            <Group>
              {(['credit', 'debit', 'clawback'] as const).map((one) => (
                <Button key={one} variant="default" onClick={() => setAdjustment(one)}>
                  {t(`wallet.adjust.${one}.button`)}
                </Button>
              ))}
              {debt.amount < 0 && (
                <Button variant="default" onClick={() => setAdjustment('write-off')}>
                  {t('wallet.adjust.write-off.button')}
                </Button>
              )}
            </Group>
            {adjustment && (
              <AdjustDialog
                userId={userId}
                currency={credits.currency}
                adjustment={adjustment}
                onClose={() => setAdjustment(undefined)}
              />
            )}
          </>
        )}
      </Loaded>
      <TransactionTable
        list={list}
        csv={() => download(listUserTransactions, asked, 'text/csv', 'transactions.csv')}
      />
    </Section>
  );
}
