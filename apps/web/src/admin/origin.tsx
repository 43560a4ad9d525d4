import { Alert, Anchor, Button, Group, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { readUserWallet } from '@rollcall/contracts/api/debts';
import { readUserPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { listUserTransactions } from '@rollcall/contracts/api/wallet';
import type { Money as Value } from '@rollcall/contracts/money';
import { Link } from 'react-router';
import { download } from '../api/download.js';
import { useList, useRead } from '../api/read.js';
import { Section } from '../office/section.js';
import { Money } from '../parts/money.js';
import { Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { TransactionTable } from './transaction-table.js';

interface OriginProps {
  readonly userId: string;
  readonly currency: string;
}

/** Where the money behind a withdrawal comes from: the teacher's balance, what stands in the way, and each row of his earnings. */
export function Origin({ userId, currency }: OriginProps) {
  const t = useWords('admin');
  const wallet = useRead(readUserWallet, { params: { userId }, query: { currency } });
  const readiness = useRead(readUserPayoutReadiness, { params: { userId }, query: { currency } });
  const asked = { params: { userId }, query: { account: 'earnings' as const, currency } };
  const list = useList(listUserTransactions, asked);
  // Automatic payouts are the teacher's own business: that they are off is no obstacle to what he has asked for.
  const obstacles = readiness.data?.blocked.filter(({ code }) => MATTERS.includes(code)) ?? [];
  return (
    <Section
      title={t('origin.title')}
      words={t('origin.words')}
      action={
        <Group gap="xs">
          <Button component={Link} size="xs" variant="default" to={`/admin/holds?teacherId=${userId}`}>
            {t('origin.holds')}
          </Button>
          <Button component={Link} size="xs" variant="default" to={`/admin/users/${userId}`}>
            {t('origin.user')}
          </Button>
        </Group>
      }
    >
      <Loaded from={wallet} rows={2}>
        {({ earnings, debt }) => (
          <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }}>
            <Figure label={t('origin.available')} value={earnings.available} />
            <Figure label={t('origin.reserved')} value={earnings.reservedForWithdrawal} />
            <Figure label={t('origin.pending')} value={earnings.pending} />
            <Figure label={t('origin.earned')} value={earnings.totalEarned} />
            <Figure label={t('origin.withdrawn')} value={earnings.totalWithdrawn} />
            {debt.amount !== 0 && <Figure label={t('origin.debt')} value={debt} />}
          </SimpleGrid>
        )}
      </Loaded>
      {obstacles.length > 0 && (
        <Alert color="orange" title={t('origin.obstacles')}>
          <List size="sm">
            {obstacles.map(({ code, message, unblockedBy }) => (
              <List.Item key={code}>
                {message} {unblockedBy}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <TransactionTable
        list={list}
        csv={() => download(listUserTransactions, asked, 'text/csv', 'earnings.csv')}
      />
      <Text size="sm">
        <Anchor component={Link} to={`/admin/audit?target=${userId}`}>
          {t('origin.audit')}
        </Anchor>
      </Text>
    </Section>
  );
}

const MATTERS: readonly string[] = ['suspended', 'debt-stands', 'bank-account-too-new'];

export function Figure({ label, value }: { readonly label: string; readonly value: Value }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={600} component="div">
        <Money value={value} />
      </Text>
    </Stack>
  );
}
