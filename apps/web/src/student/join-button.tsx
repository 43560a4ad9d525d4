import { Button } from '@mantine/core';
import type { Session } from '@rollcall/contracts/api/enrollment';
import { Link } from 'react-router';
import { endOf } from '../parts/course.js';
import { useNow } from '../parts/use-now.js';
import { useWords } from '../words/words.js';

/** Milliseconds before its start that a room opens. */
const OPENS_BEFORE = 15 * 60_000;

interface JoinButtonProps {
  readonly session: Session;
  /** It can be played before its time. */
  readonly isPlayable?: boolean | undefined;
}

/** From a quarter of an hour before the class until its end: the room itself decides. */
export function JoinButton({ session, isPlayable = false }: JoinButtonProps) {
  const t = useWords('student');
  const now = useNow();
  const isOpen =
    session.status === 'live' ||
    (session.status === 'scheduled' &&
      (isPlayable ||
        (now >= Date.parse(session.startsAt) - OPENS_BEFORE && now <= Date.parse(endOf(session)))));
  if (!isOpen) return null;
  return (
    <Button component={Link} to={`/student/join/${session.courseId}/${session.id}`} size="xs">
      {t('join.go')}
    </Button>
  );
}
