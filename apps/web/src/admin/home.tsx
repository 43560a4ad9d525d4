import { Anchor, Card, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { listAdminPurchases } from '@rollcall/contracts/api/enrollment';
import { listAdminHolds, listDisputes, listReviews } from '@rollcall/contracts/api/settlement';
import { listAdminWithdrawals } from '@rollcall/contracts/api/withdrawals-admin';
import { Link } from 'react-router';
import { useList } from '../api/read.js';
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
        <Waiting what="asked" to="/admin/withdrawals?status=pending" list={asked} />
        <Waiting what="approved" to="/admin/withdrawals?status=approved" list={approved} />
        <Waiting what="atBank" to="/admin/withdrawals?status=processing" list={atBank} />
        <Waiting what="doubts" to="/admin/holds?status=review" list={doubts} />
        <Waiting what="reviews" to="/admin/reviews?status=open" list={reviews} />
        <Waiting what="disputes" to="/admin/disputes?status=open" list={disputes} />
        <Waiting what="stuck" to="/admin/purchases?stuck=yes" list={stuck} />
        <Waiting what="deadLetters" to="/system" />
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
  /** None: counted where it leads to. */
  readonly list?: ListState<unknown>;
}

function Waiting({ what, to, list }: WaitingProps) {
  const t = useWords('admin');
  return (
    <Card component="li" withBorder data-queue={what}>
      <Stack gap={4}>
        {list && <Count list={list} />}
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

function Count({ list }: { readonly list: ListState<unknown> }) {
  const t = useWords('admin');
  if (list.isLoading) return <Skeleton height={34} width={48} />;
  if (list.error && list.rows.length === 0)
    return (
      <Text role="status" fw={600} c="var(--mantine-color-error)">
        {t('queue.unknown')}
      </Text>
    );
  const count = list.hasMore ? t('queue.moreThan', { count: list.rows.length }) : String(list.rows.length);
  return (
    <Text fz={28} fw={700} lh={1.2} className="numbers" c={list.rows.length === 0 ? 'dimmed' : undefined}>
      {count}
    </Text>
  );
}
