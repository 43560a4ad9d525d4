import { Anchor, Code, CopyButton, Group, Text, UnstyledButton } from '@mantine/core';
import { readCourse } from '@rollcall/contracts/api/enrollment';
import { readUser } from '@rollcall/contracts/api/identity-users';
import { Link } from 'react-router';
import { useRead } from '../api/read.js';
import { useUser } from '../session/session.js';
import { useWords } from '../words/words.js';

/** Ids are ordered by time: of those made together only the end differs. */
export const shortId = (id: string): string => `…${id.slice(-8)}`;

/** An id that is wanted elsewhere: all of it, and copied at a press. */
export function WholeId({ id }: { readonly id: string }) {
  const t = useWords('admin');
  return (
    <Group gap="xs" wrap="wrap">
      <Code style={{ overflowWrap: 'anywhere' }}>{id}</Code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <UnstyledButton onClick={copy} aria-label={`${t(copied ? 'copied' : 'copy')} ${shortId(id)}`}>
            <Text span size="xs" td="underline">
              {t(copied ? 'copied' : 'copy')}
            </Text>
          </UnstyledButton>
        )}
      </CopyButton>
    </Group>
  );
}

/** Somebody by name, for admins, who may look; others see the end of the id. */
export function Person({ id }: { readonly id: string }) {
  const isAdmin = useUser()?.roles.includes('admin') === true;
  const { data } = useRead(readUser, isAdmin ? { params: { id } } : undefined);
  if (!isAdmin) return <Code title={id}>{shortId(id)}</Code>;
  return (
    <Anchor component={Link} to={`/admin/users/${id}`} title={id} inherit>
      {data?.name ?? shortId(id)}
    </Anchor>
  );
}

interface LessonProps {
  readonly courseId: string;
  readonly sessionId: string;
}

/** A session by its course and title; a course that was never on sale is its teacher's alone, and then the id stands here. */
export function Lesson({ courseId, sessionId }: LessonProps) {
  const { data } = useRead(readCourse, { params: { courseId } });
  const session = data?.sessions.find(({ id }) => id === sessionId);
  const words = session === undefined ? shortId(sessionId) : `${data?.title}: ${session.title}`;
  const isAdmin = useUser()?.roles.includes('admin') === true;
  if (!isAdmin) return <span title={sessionId}>{words}</span>;
  return (
    <Anchor component={Link} to={`/admin/sessions/${sessionId}`} title={sessionId} inherit>
      {words}
    </Anchor>
  );
}
