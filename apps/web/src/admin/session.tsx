import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { completeSession, readSessionAttendance } from '@rollcall/contracts/api/attendance';
import { listReviews } from '@rollcall/contracts/api/reviews';
import { readSettlement } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useAct } from '../api/act.js';
import { useList, useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { shortId, WholeId } from '../office/ids.js';
import { listedOf } from '../office/listed.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { Section } from '../office/section.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { ErrorState, Loaded, LoadingState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { HoldTable } from './holds.js';
import { Participants } from './participants.js';

type Attendance = AnswerOf<typeof readSessionAttendance>;

/** A class as it was seen, what became of its money, and the corrections a person makes. */
export default function SessionPage() {
  const { sessionId = '' } = useParams();
  const t = useWords('admin');
  const params = { sessionId };
  const attendance = useRead(readSessionAttendance, { params });
  return (
    <>
      <PageTitle>{`${t('session')} ${shortId(sessionId)}`}</PageTitle>
      <Loaded from={attendance} rows={8}>
        {(seen) => (
          <Stack>
            <Head seen={seen} etag={attendance.etag} onReload={() => void attendance.refetch()} />
            <Section title={t('sessions.people')} words={t('sessions.peopleWords')}>
              <Participants seen={seen} etag={attendance.etag} onReload={() => void attendance.refetch()} />
            </Section>
            <MoneyOf sessionId={sessionId} />
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface HeadProps {
  readonly seen: Attendance;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Head({ seen, etag, onReload }: HeadProps) {
  const t = useWords('admin');
  const say = useSay();
  const [isClosing, setClosing] = useState(false);
  const act = useAct(completeSession, {
    changes: [readSessionAttendance, readSettlement],
    onDone: () => {
      say(t('sessions.complete.done'));
      setClosing(false);
    },
  });
  const isOpen = seen.status === 'waiting' || seen.status === 'live';
  return (
    <Section title={t('sessions.facts')} action={<StateBadge state={seen.status} />}>
      <Facts
        of={[
          [t('sessions.startedAt'), seen.startedAt && <When at={seen.startedAt} />],
          [t('sessions.completedAt'), seen.completedAt && <When at={seen.completedAt} />],
          [t('sessions.length'), t('sessions.minutes', { minutes: Math.round(seen.scheduledSeconds / 60) })],
          [t('sessions.version'), seen.version],
          [t('sessions.cause'), seen.cause && t(`sessions.causes.${seen.cause}`)],
          [t('id'), <WholeId key="id" id={seen.sessionId} />],
        ]}
      />
      {!seen.observed && seen.status === 'completed' && (
        <Alert color="orange">{t('sessions.unobserved')}</Alert>
      )}
      {isOpen && (
        <Group>
          <Button variant="default" onClick={() => setClosing(true)}>
            {t('sessions.complete.button')}
          </Button>
        </Group>
      )}
      {isClosing && (
        <ReasonDialog
          title={t('sessions.complete.button')}
          confirm={t('sessions.complete.button')}
          act={act}
          onSubmit={(reason) =>
            void act.run({ params: { sessionId: seen.sessionId }, body: { reason }, ifMatch: etag })
          }
          onClose={() => setClosing(false)}
          onReload={() => {
            setClosing(false);
            onReload();
          }}
        >
          <Text size="sm">{t('sessions.complete.words')}</Text>
        </ReasonDialog>
      )}
    </Section>
  );
}

/** Settlement hears of a correction by an event, so this is asked for every few seconds while the page is open. */
const EVERY = 3_000;

function MoneyOf({ sessionId }: { readonly sessionId: string }) {
  const t = useWords('admin');
  const settlement = useRead(readSettlement, { params: { sessionId } }, { every: EVERY });
  const reviews = useList(listReviews, { query: { sessionId, status: ['open'] } }, { every: EVERY });
  if (settlement.data === undefined)
    return (
      <Section title={t('sessions.money')}>
        {settlement.error ? <ErrorState error={settlement.error} /> : <LoadingState rows={3} />}
      </Section>
    );
  const { totals, holds } = settlement.data;
  return (
    <Section title={t('sessions.money')} words={t('sessions.moneyWords')}>
      {totals.map(({ currency, ...sums }) => (
        <SimpleGrid key={currency} cols={{ base: 2, sm: 5 }}>
          {(['held', 'teacher', 'commission', 'referral', 'refund'] as const).map((part) => (
            <Stack key={part} gap={0}>
              <Text size="xs" c="dimmed">
                {t(`parts.${part}`)}
              </Text>
              <Text fw={600} component="div">
                <Money value={{ amount: sums[part], currency }} />
              </Text>
            </Stack>
          ))}
        </SimpleGrid>
      ))}
      {reviews.rows.length > 0 && (
        <Alert color="orange" title={t('sessions.reviews')}>
          {reviews.rows.map(({ id, decided, proposed }) => (
            <div key={id}>
              <Anchor component={Link} to={`/admin/reviews/${id}`}>
                {t('sessions.review', { was: decided.outcome, would: proposed.outcome })}
              </Anchor>
            </div>
          ))}
        </Alert>
      )}
      <HoldTable list={listedOf(holds)} />
    </Section>
  );
}
