import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core';
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import { listTaughtSessions } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { Link } from 'react-router';
import { useRead } from '../../api/read.js';
import { Money } from '../../parts/money.js';
import { StateBadge } from '../../parts/state-badge.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { CancelSession } from './cancel-session.js';
import { SessionDialog } from './session-dialog.js';

type Asked = { readonly edit: Session } | { readonly cancel: Session } | { readonly add: true };

/** A course's sessions: each may be changed or cancelled until it started, and others added until it is archived. */
export function Sessions({ course }: { readonly course: Course }) {
  const t = useWords('teacher');
  const [asked, setAsked] = useState<Asked>();
  const studentsOf = useStudents(course);
  const close = () => setAsked(undefined);
  return (
    <Stack gap="sm">
      {course.sessions.map((session) => (
        <Row key={session.id} session={session} students={studentsOf(session)} ask={setAsked} />
      ))}
      {course.status !== 'archived' && (
        <Group>
          <Button variant="default" onClick={() => setAsked({ add: true })}>
            {t('sessionForm.add')}
          </Button>
        </Group>
      )}
      {asked && 'add' in asked && <SessionDialog course={course} students={0} close={close} />}
      {asked && 'edit' in asked && (
        <SessionDialog course={course} session={asked.edit} students={studentsOf(asked.edit)} close={close} />
      )}
      {asked && 'cancel' in asked && (
        <CancelSession session={asked.cancel} students={studentsOf(asked.cancel)} close={close} />
      )}
    </Stack>
  );
}

/** How many have a place in each; a course has 200 sessions at most, of which the hundred to come first are known. */
function useStudents({ id, status }: Course): (session: Session) => number {
  const query = { courseId: id, limit: 100, status: ['scheduled' as const, 'live' as const] };
  const { data } = useRead(listTaughtSessions, status === 'draft' ? undefined : { query });
  return (session) => data?.data.find((one) => one.id === session.id)?.students ?? 0;
}

interface RowProps {
  readonly session: Session;
  readonly students: number;
  readonly ask: (asked: Asked) => void;
}

function Row({ session, students, ask }: RowProps) {
  const t = useWords('teacher');
  const { id, courseId, number, title, startsAt, durationMinutes, price, status } = session;
  return (
    <Card withBorder padding="sm" data-session={number}>
      <Group justify="space-between" gap="md">
        <Stack gap={2} style={{ flex: '1 1 260px' }}>
          <Anchor component={Link} to={`/teacher/sessions/${courseId}/${id}`} fw={500}>
            {number}. {title}
          </Anchor>
          <Text size="sm" c="dimmed">
            <When at={startsAt} />, {t('sessions.minutes', { count: durationMinutes })},{' '}
            <Money value={price} />
          </Text>
          {status === 'scheduled' && students > 0 && (
            <Text size="sm">{t('session.students', { count: students })}</Text>
          )}
        </Stack>
        <Group gap="sm">
          <StateBadge state={status} />
          {status !== 'cancelled' && (
            <Button
              variant="default"
              size="xs"
              aria-label={t('sessionForm.editOf', { number })}
              onClick={() => ask({ edit: session })}
            >
              {t('sessionForm.edit')}
            </Button>
          )}
          {status === 'scheduled' && (
            <Button
              variant="subtle"
              color="red"
              size="xs"
              aria-label={t('sessionForm.cancelOf', { number })}
              onClick={() => ask({ cancel: session })}
            >
              {t('sessionForm.cancel')}
            </Button>
          )}
        </Group>
      </Group>
    </Card>
  );
}
