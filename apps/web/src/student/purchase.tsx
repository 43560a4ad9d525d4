import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  type Course,
  type Purchase,
  readCourse,
  readPurchase,
  readSessionPurchase,
} from '@rollcall/contracts/api/enrollment';
import { money } from '@rollcall/contracts/money';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { CancelPurchase } from './cancel-purchase.js';
import { JoinButton } from './join-button.js';
import { PriceOf } from './price.js';

export function PurchasePage() {
  const { kind, purchaseId = '' } = useParams();
  return kind === 'course' ? <OfCourse id={purchaseId} /> : <OfSession id={purchaseId} />;
}

function OfCourse({ id }: { readonly id: string }) {
  const from = useRead(readPurchase, { params: { enrollmentId: id } });
  return <Loaded from={from}>{(purchase) => <WithCourse purchase={purchase} />}</Loaded>;
}

function OfSession({ id }: { readonly id: string }) {
  const from = useRead(readSessionPurchase, { params: { purchaseId: id } });
  return <Loaded from={from}>{(purchase) => <WithCourse purchase={purchase} />}</Loaded>;
}

function WithCourse({ purchase }: { readonly purchase: Purchase }) {
  const course = useRead(readCourse, { params: { courseId: purchase.courseId } });
  return <Loaded from={course}>{(found) => <Shown purchase={purchase} course={found} />}</Loaded>;
}

interface ShownProps {
  readonly purchase: Purchase;
  readonly course: Course;
}

function Shown({ purchase, course }: ShownProps) {
  const t = useWords('student');
  const session = course.sessions.find(({ id }) => id === purchase.sessionId);
  return (
    <Stack maw={900} mx="auto">
      <PageTitle
        words={
          <Anchor component={Link} to={`/courses/${course.id}`}>
            {course.title}
          </Anchor>
        }
      >
        {session?.title ?? course.title}
      </PageTitle>
      <Outcome purchase={purchase} />
      <Paper withBorder p="lg">
        <Group justify="space-between">
          <Group gap="xl">
            <Fact title={t('purchase.price')}>
              <PriceOf purchase={purchase} />
            </Fact>
            <Fact title={t('purchase.paidBy')}>{t(`purchase.by.${purchase.fundedBy}`)}</Fact>
            <Fact title={t('purchase.state')}>
              <StateBadge state={purchase.status} />
            </Fact>
            {purchase.refunded.amount > 0 && (
              <Fact title={t('purchase.refunded')}>
                <Money value={purchase.refunded} />
              </Fact>
            )}
            {purchase.completionPercentage !== null && (
              <Fact title={t('purchase.completion')}>{purchase.completionPercentage} %</Fact>
            )}
          </Group>
          <CancelPurchase purchase={purchase} course={course} />
        </Group>
      </Paper>
      <Title order={2} size="h4">
        {t('purchase.classes')}
      </Title>
      <Classes purchase={purchase} course={course} />
    </Stack>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="div" fw={600}>
        {children}
      </Text>
    </div>
  );
}

function Outcome({ purchase: { status, declineReason } }: { readonly purchase: Purchase }) {
  const t = useWords('student');
  if (status === 'pending') return <Alert color="blue">{t('purchase.pendingWords')}</Alert>;
  if (status !== 'declined' && status !== 'expired') return null;
  return (
    <Alert color="red" title={t('purchase.declined')}>
      {t('purchase.declinedWords', { reason: declineReason ?? '—' })}
    </Alert>
  );
}

function Classes({ purchase, course }: ShownProps) {
  const t = useWords('student');
  const sessionOf = (id: string) => course.sessions.find((session) => session.id === id);
  const columns: Column<Purchase['holds'][number]>[] = [
    {
      key: 'class',
      title: t('purchase.class'),
      cell: ({ id, sessionId }) => (
        <Anchor component={Link} to={`/student/classes/${id}`}>
          {sessionOf(sessionId)?.title ?? t('purchase.open')}
        </Anchor>
      ),
    },
    {
      key: 'when',
      title: t('purchase.when'),
      cell: ({ sessionId }) => {
        const session = sessionOf(sessionId);
        return session ? <When at={session.startsAt} /> : '—';
      },
    },
    {
      key: 'amount',
      title: t('purchase.held'),
      cell: ({ amount, currency }) => <Money value={money(amount, currency)} />,
      isNumber: true,
    },
    { key: 'state', title: t('purchase.money'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'join',
      title: '',
      cell: ({ sessionId, status }) => {
        const session = sessionOf(sessionId);
        return session && status === 'held' ? <JoinButton session={session} /> : null;
      },
    },
  ];
  const list = {
    rows: purchase.holds,
    ...{ isLoading: false, isLoadingMore: false, error: null, hasMore: false },
    ...{ more: () => undefined, retry: () => undefined },
  };
  return (
    <DataTable
      label={t('purchase.classes')}
      columns={columns}
      list={list}
      rowKey={({ id }) => id}
      empty={<EmptyState title={t('purchase.noClasses')} />}
    />
  );
}
