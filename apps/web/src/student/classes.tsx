import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  listPurchases,
  listSessionPurchases,
  type Purchase,
  readCourse,
} from '@rollcall/contracts/api/enrollment';
import { type Hold, listHolds } from '@rollcall/contracts/api/settlement';
import { Link } from 'react-router';
import { useList, useRead } from '../api/read.js';
import { type Column, DataTable, type ListState } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, ErrorState, LoadingState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { JoinButton } from './join-button.js';
import { PriceOf } from './price.js';

export function ClassesPage() {
  const t = useWords('student');
  const courses = useList(listPurchases, { query: {} });
  const singles = useList(listSessionPurchases, { query: {} });
  const hasNone =
    !courses.isLoading && !singles.isLoading && courses.rows.length === 0 && singles.rows.length === 0;
  const isFresh = hasNone && !courses.error && !singles.error;
  return (
    <>
      <PageTitle action={<BrowseButton />}>{t('classes.title')}</PageTitle>
      {isFresh ? (
        <EmptyState title={t('classes.empty')} words={t('classes.emptyWords')} />
      ) : (
        <Stack gap="xl">
          <Upcoming />
          <Bought title={t('classes.courses')} list={courses} empty={t('classes.noCourse')} />
          <Bought title={t('classes.singles')} list={singles} empty={t('classes.noSingle')} />
        </Stack>
      )}
    </>
  );
}

function BrowseButton() {
  const t = useWords('student');
  return (
    <Button component={Link} to="/courses">
      {t('classes.browse')}
    </Button>
  );
}

/** Of the money held, what is for the next classes. */
function Upcoming() {
  const t = useWords('student');
  const held = useList(listHolds, { query: { status: ['held'], limit: 100 } });
  if (held.isLoading) return <LoadingState rows={3} />;
  const next = [...held.rows].sort((a, b) => endOfHold(a) - endOfHold(b));
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t('classes.next')}
      </Title>
      {held.error ? <ErrorState error={held.error} retry={held.retry} /> : null}
      {next.length === 0 && !held.error && <Text c="dimmed">{t('classes.noNext')}</Text>}
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {next.slice(0, 6).map((hold) => (
          <NextClass key={hold.id} hold={hold} />
        ))}
      </Stack>
    </section>
  );
}

const endOfHold = ({ releaseAt }: Hold): number =>
  releaseAt === null ? Number.POSITIVE_INFINITY : Date.parse(releaseAt);

function NextClass({ hold }: { readonly hold: Hold }) {
  const { data: course } = useRead(readCourse, { params: { courseId: hold.courseId } });
  const session = course?.sessions.find(({ id }) => id === hold.sessionId);
  if (course === undefined || session === undefined) return null;
  return (
    <Paper component="li" withBorder p="md">
      <Group justify="space-between" wrap="wrap">
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Anchor component={Link} to={`/student/classes/${hold.id}`} fw={600}>
            {session.title}
          </Anchor>
          <Text size="sm" c="dimmed">
            {course.title}
          </Text>
        </div>
        <Group gap="md">
          <When at={session.startsAt} />
          <StateBadge state={session.status} />
          <JoinButton session={session} />
        </Group>
      </Group>
    </Paper>
  );
}

interface BoughtProps {
  readonly title: string;
  readonly list: ListState<Purchase>;
  readonly empty: string;
}

function Bought({ title, list, empty }: BoughtProps) {
  const t = useWords('student');
  const columns: Column<Purchase>[] = [
    { key: 'what', title: t('purchase.what'), cell: (purchase) => <What purchase={purchase} /> },
    { key: 'when', title: t('purchase.boughtAt'), cell: ({ createdAt }) => <When at={createdAt} /> },
    {
      key: 'price',
      title: t('purchase.price'),
      cell: (purchase) => <PriceOf purchase={purchase} />,
      isNumber: true,
    },
    { key: 'state', title: t('purchase.state'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'back',
      title: t('purchase.refunded'),
      cell: ({ refunded }) => (refunded.amount > 0 ? <Money value={refunded} /> : '—'),
      isNumber: true,
    },
  ];
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <DataTable
        label={title}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        empty={<Text c="dimmed">{empty}</Text>}
      />
    </section>
  );
}

function What({ purchase }: { readonly purchase: Purchase }) {
  const t = useWords('student');
  const { data: course } = useRead(readCourse, { params: { courseId: purchase.courseId } });
  const session = course?.sessions.find(({ id }) => id === purchase.sessionId);
  return (
    <Anchor component={Link} to={`/student/purchases/${purchase.kind}/${purchase.id}`}>
      {session?.title ?? course?.title ?? t('purchase.open')}
    </Anchor>
  );
}
