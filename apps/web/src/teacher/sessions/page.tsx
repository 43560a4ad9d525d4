import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { readRoom, readSessionAttendance } from '@rollcall/contracts/api/attendance';
import { type Course, readCourse, type Session } from '@rollcall/contracts/api/enrollment';
import { readSettlement } from '@rollcall/contracts/api/settlement';
import { Link, useParams } from 'react-router';
import { useRead } from '../../api/read.js';
import { PageTitle } from '../../parts/page-title.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState, Loaded } from '../../parts/states.js';
import { useNow } from '../../parts/use-now.js';
import { When } from '../../parts/when.js';
import { useUser } from '../../session/session.js';
import { useWords } from '../../words/words.js';
import { BackLink } from '../back-link.js';
import { isRoomOpen } from './moments.js';
import { RoomNow } from './room-now.js';
import { Roster } from './roster.js';
import { SettlementTotals } from './settlement-totals.js';

export function SessionPage() {
  const t = useWords('teacher');
  const user = useUser();
  const { courseId = '', sessionId = '' } = useParams();
  const course = useRead(readCourse, { params: { courseId } });
  return (
    <>
      <BackLink to="/teacher/sessions" label={t('session.back')} />
      <Loaded from={course} rows={6}>
        {(found) => {
          const session = found.sessions.find(({ id }) => id === sessionId);
          return session !== undefined && found.teacherId === user?.id ? (
            <Shown course={found} session={session} />
          ) : (
            <EmptyState title={t('session.notFound')} words={t('session.notFoundHint')}>
              <Button component={Link} to="/teacher/courses" variant="default">
                {t('earnings.seeCourses')}
              </Button>
            </EmptyState>
          );
        }}
      </Loaded>
    </>
  );
}

/** Milliseconds. Nobody is told of each who comes and goes; ten seconds are soon enough to look who is in. */
const LOOK_EACH = 10_000;

function Shown({ course, session }: { readonly course: Course; readonly session: Session }) {
  const t = useWords('teacher');
  const now = useNow();
  const isOpen = isRoomOpen(session, now);
  const params = { sessionId: session.id };
  const isAnnounced = course.status !== 'draft';
  const attendance = useRead(
    readSessionAttendance,
    isAnnounced ? { params } : undefined,
    isOpen ? { every: LOOK_EACH } : {},
  );
  const isToCome = isAnnounced && session.status === 'scheduled';
  const room = useRead(readRoom, isToCome ? { params } : undefined);
  const mayEnter = isOpen || (isToCome && room.data?.isPlayable === true);
  const settlement = useRead(readSettlement, isAnnounced ? { params } : undefined);
  const seen = attendance.data;
  const isOn = seen?.status === 'live' || seen?.status === 'waiting';
  return (
    <>
      <PageTitle
        words={t('session.of', { number: session.number, course: course.title })}
        action={mayEnter ? <EnterRoom session={session} /> : undefined}
      >
        {session.title}
      </PageTitle>
      <Stack gap="xl">
        <Facts session={session} />
        {session.status === 'cancelled' && <Cancelled session={session} />}
        {isOpen && isOn && <RoomNow attendance={seen} sessionId={session.id} now={now} />}
        {settlement.data && <SettlementTotals settlement={settlement.data} />}
        <Roster session={session} attendance={attendance} holds={settlement.data?.holds ?? []} now={now} />
      </Stack>
    </>
  );
}

function EnterRoom({ session: { courseId, id } }: { readonly session: Session }) {
  const t = useWords('teacher');
  return (
    <Button component={Link} to={`/student/join/${courseId}/${id}`}>
      {t('session.join')}
    </Button>
  );
}

function Facts({ session }: { readonly session: Session }) {
  const t = useWords('teacher');
  return (
    <Group gap="lg">
      <StateBadge state={session.status} />
      <Text>
        <When at={session.startsAt} withZone />
      </Text>
      <Text>{t('sessions.minutes', { count: session.durationMinutes })}</Text>
      <Anchor component={Link} to={`/teacher/courses/${session.courseId}`}>
        {t('session.editCourse')}
      </Anchor>
    </Group>
  );
}

function Cancelled({ session }: { readonly session: Session }) {
  const t = useWords('teacher');
  return (
    <Alert color="gray" title={t('session.cancelled')}>
      {t('session.cancelledHint')}{' '}
      {session.cancelReason !== null && t('session.cancelReason', { reason: session.cancelReason })}
    </Alert>
  );
}
