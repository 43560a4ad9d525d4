import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { readRoom } from '@rollcall/contracts/api/attendance';
import { readCourse, type Session } from '@rollcall/contracts/api/enrollment';
import { type Hold, readHold } from '@rollcall/contracts/api/settlement';
import { money } from '@rollcall/contracts/money';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { Dispute } from '../parts/dispute.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { PolicyNote } from '../parts/policy-note.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { JoinButton } from './join-button.js';
import { Receipt } from './receipt.js';

/** One class of mine: what is held for it, and once it is over the receipt of attendance. */
export function ClassPage() {
  const { holdId = '' } = useParams();
  const hold = useRead(readHold, { params: { holdId } });
  return (
    <Stack maw={860} mx="auto">
      <Loaded from={hold} rows={6}>
        {(found) => <WithSession hold={found} />}
      </Loaded>
    </Stack>
  );
}

function WithSession({ hold }: { readonly hold: Hold }) {
  const course = useRead(readCourse, { params: { courseId: hold.courseId } });
  return (
    <Loaded from={course} rows={6}>
      {({ title, sessions }) => {
        const session = sessions.find(({ id }) => id === hold.sessionId);
        return session ? <Shown hold={hold} session={session} course={title} /> : null;
      }}
    </Loaded>
  );
}

interface ShownProps {
  readonly hold: Hold;
  readonly session: Session;
  readonly course: string;
}

function Shown({ hold, session, course }: ShownProps) {
  const room = useRead(readRoom, hold.status === 'held' ? { params: { sessionId: session.id } } : undefined);
  return (
    <>
      <PageTitle
        words={
          <>
            <Anchor component={Link} underline="always" to={`/courses/${session.courseId}`}>
              {course}
            </Anchor>{' '}
            · <When at={session.startsAt} withZone />
          </>
        }
        action={<JoinButton session={session} isPlayable={room.data?.isPlayable} />}
      >
        {session.title}
      </PageTitle>
      <TheMoney hold={hold} session={session} />
      <Dispute hold={hold} session={session} as="student" />
      {hold.decision === null ? (
        <PolicyNote />
      ) : (
        <Receipt hold={hold} decision={hold.decision} session={session} />
      )}
    </>
  );
}

function TheMoney({ hold, session }: Omit<ShownProps, 'course'>) {
  const t = useWords('student');
  const { amount, currency, status, paidAt, notes } = hold;
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between" align="flex-start">
        <div>
          <Text size="sm" c="dimmed">
            {t('class.amount')}
          </Text>
          <Text size="xl" fw={700}>
            <Money value={money(amount, currency)} />
          </Text>
        </div>
        <Stack gap={4} align="flex-end">
          <Group gap="xs">
            <Text size="sm">{t('class.session')}</Text>
            <StateBadge state={session.status} />
          </Group>
          <Group gap="xs">
            <Text size="sm">{t('class.money')}</Text>
            <StateBadge state={status} />
          </Group>
        </Stack>
      </Group>
      <Text mt="sm" data-hold={status}>
        {t(`class.is.${status}`)}
      </Text>
      {paidAt !== null && (
        <Text size="sm" c="dimmed">
          {t('class.paidAt')} <When at={paidAt} />
        </Text>
      )}
      {notes !== null && (
        <>
          <Title order={2} size="h5" mt="sm">
            {t('class.notes')}
          </Title>
          <Text>{notes}</Text>
        </>
      )}
    </Paper>
  );
}
