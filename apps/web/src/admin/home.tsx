import { Anchor, Card, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { listDisputes } from '@rollcall/contracts/api/disputes';
import { listAdminPurchases } from '@rollcall/contracts/api/enrollment';
import { listReviews } from '@rollcall/contracts/api/reviews';
import { listAdminHolds } from '@rollcall/contracts/api/settlement';
import { readSystem } from '@rollcall/contracts/api/system';
import { listAdminWithdrawals } from '@rollcall/contracts/api/withdrawals-admin';
import { Link } from 'react-router';
import { useList, useRead } from '../api/read.js';
import { deadIn } from '../office/dead-letters.js';
import type { ListState } from '../parts/data-table.js';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';
import { stuckBefore } from './stuck.js';

/** Milliseconds. What others do is not on an admin's live stream. */
const EVERY = 15_000;
/** A list says no count: as many as a page has are counted, more are 'more than'. */
const limit = 100;

/** What waits for a person, and how much of it. */
export default function Home() {
  const t = useWords('admin');
  const every = { every: EVERY };
  const asked = useList(listAdminWithdrawals, { query: { status: ['pending'], limit } }, every);
  const approved = useList(listAdminWithdrawals, { query: { status: ['approved'], limit } }, every);
  const atBank = useList(listAdminWithdrawals, { query: { status: ['processing'], limit } }, every);
  const doubts = useList(listAdminHolds, { query: { status: ['review'], limit } }, every);
  const disputes = useList(listDisputes, { query: { status: ['open'], limit } }, every);
  const reviews = useList(listReviews, { query: { status: ['open'], limit } }, every);
  const stuck = useList(
    listAdminPurchases,
    { query: { status: ['pending'], to: stuckBefore(new Date()), limit } },
    every,
  );
  return (
    <>
      <PageTitle words={t('queue.words')}>{t('queue.title')}</PageTitle>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        <Waiting what="asked" to="/admin/withdrawals?status=pending" counted={counted(asked)} />
        <Waiting what="approved" to="/admin/withdrawals?status=approved" counted={counted(approved)} />
        <Waiting what="atBank" to="/admin/withdrawals?status=processing" counted={counted(atBank)} />
        <Waiting what="doubts" to="/admin/holds?status=review" counted={counted(doubts)} />
        <Waiting what="reviews" to="/admin/reviews?status=open" counted={counted(reviews)} />
        <Waiting what="disputes" to="/admin/disputes?status=open" counted={counted(disputes)} />
        <Waiting what="stuck" to="/admin/purchases?stuck=yes" counted={counted(stuck)} />
        <Waiting what="deadLetters" to="/system" counted={useDeadLetters()} />
      </SimpleGrid>
    </>
  );
}

interface WaitingProps {
  readonly what:
    | 'asked'
    | 'approved'
    | 'atBank'
    | 'doubts'
    | 'reviews'
    | 'disputes'
    | 'stuck'
    | 'deadLetters';
  readonly to: string;
  readonly counted: Counted;
}

interface Counted {
  readonly count: number;
  /** There are more than that, or may be. */
  readonly isMore: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
}

const counted = ({ rows, hasMore, isLoading, error }: ListState<unknown>): Counted => ({
  ...{ count: rows.length, isMore: hasMore, isLoading, error },
});

function useDeadLetters(): Counted {
  const { data, isPending, error } = useRead(readSystem, {}, { every: EVERY });
  const { count, isAll } = data === undefined ? { count: 0, isAll: true } : deadIn(data);
  return { count, isMore: !isAll, isLoading: isPending, error };
}

function Waiting({ what, to, counted }: WaitingProps) {
  const t = useWords('admin');
  return (
    <Card component="li" withBorder data-queue={what}>
      <Stack gap={4}>
        <Count {...counted} />
        <Title order={2} size="h5">
          <Anchor component={Link} to={to} inherit>
            {t(`queue.${what}.title`)}
          </Anchor>
        </Title>
        <Text size="sm" c="dimmed">
          {t(`queue.${what}.words`)}
        </Text>
      </Stack>
    </Card>
  );
}

function Count({ count, isMore, isLoading, error }: Counted) {
  const t = useWords('admin');
  if (isLoading) return <Skeleton height={34} width={48} />;
  if (count === 0 && (error || isMore))
    return (
      <Text role="status" fw={600} c="var(--mantine-color-error)">
        {t('queue.unknown')}
      </Text>
    );
  return (
    <Text fz={28} fw={700} lh={1.2} className="numbers" c={count === 0 ? 'dimmed' : undefined}>
      {isMore ? t('queue.moreThan', { count }) : String(count)}
    </Text>
  );
}
