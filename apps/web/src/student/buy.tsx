import { Anchor, List, Paper, Radio, Stack, Text, Title } from '@mantine/core';
import { type Course, readCourse, type Session } from '@rollcall/contracts/api/enrollment';
import type { Money as Value } from '@rollcall/contracts/money';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useRead } from '../api/read.js';
import { priceOfRest, toCome } from '../parts/course.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { PolicyNote } from '../parts/policy-note.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { PayByCard } from './pay-by-card.js';
import { PayByCredits } from './pay-by-credits.js';
import { PayBySubscription } from './pay-by-subscription.js';

/** What is bought: sessions of one course, and what they cost by now. */
export interface Cart {
  readonly course: Course;
  /** null: the whole of the course. */
  readonly session: Session | null;
  readonly sessions: readonly Session[];
  readonly price: Value;
}

export function BuyPage() {
  const t = useWords('student');
  const { courseId = '' } = useParams();
  const [search] = useSearchParams();
  const course = useRead(readCourse, { params: { courseId } });
  return (
    <Stack maw={720} mx="auto">
      <PageTitle>{t('buy.title')}</PageTitle>
      <Loaded from={course} rows={6}>
        {(found) => <Checkout course={found} sessionId={search.get('session')} />}
      </Loaded>
    </Stack>
  );
}

function cartOf(course: Course, sessionId: string | null): Cart | undefined {
  const open = toCome(course.sessions);
  const session = open.find(({ id }) => id === sessionId) ?? null;
  if (course.status !== 'published' || open.length === 0 || (sessionId !== null && session === null))
    return undefined;
  if (session !== null) return { course, session, sessions: [session], price: session.price };
  return { course, session, sessions: open, price: priceOfRest(course) };
}

function Checkout({ course, sessionId }: { readonly course: Course; readonly sessionId: string | null }) {
  const t = useWords('student');
  const cart = cartOf(course, sessionId);
  if (cart === undefined) {
    return (
      <EmptyState title={t('buy.closed')} words={t('buy.closedWords')}>
        <Anchor component={Link} to={`/courses/${course.id}`}>
          {course.title}
        </Anchor>
      </EmptyState>
    );
  }
  return (
    <>
      <Summary cart={cart} />
      <PolicyNote />
      <Payment cart={cart} />
    </>
  );
}

function Summary({ cart }: { readonly cart: Cart }) {
  const t = useWords('student');
  const { course, session, sessions, price } = cart;
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h4" mb={4} style={{ overflowWrap: 'anywhere' }}>
        {session === null ? course.title : `${course.title}: ${session.title}`}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('buy.classes', { count: sessions.length })}
      </Text>
      <List size="sm" mb="md">
        {sessions.map(({ id, title, startsAt }) => (
          <List.Item key={id}>
            <When at={startsAt} /> — {title}
          </List.Item>
        ))}
      </List>
      <Text size="xl" fw={700}>
        <Money value={price} />
      </Text>
    </Paper>
  );
}

const WAYS = ['credits', 'card', 'subscription'] as const;
type Way = (typeof WAYS)[number];

function Payment({ cart }: { readonly cart: Cart }) {
  const t = useWords('student');
  const [way, setWay] = useState<Way>('credits');
  return (
    <Paper withBorder p="lg">
      <Radio.Group
        label={t('buy.how')}
        value={way}
        onChange={(chosen) => setWay(WAYS.find((one) => one === chosen) ?? 'credits')}
        mb="md"
      >
        <Stack gap="xs" mt="xs">
          {WAYS.map((one) => (
            <Radio key={one} value={one} label={t(`buy.by.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {way === 'credits' && <PayByCredits cart={cart} />}
      {way === 'card' && <PayByCard cart={cart} />}
      {way === 'subscription' && <PayBySubscription cart={cart} />}
    </Paper>
  );
}
