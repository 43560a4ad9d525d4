import { Button, Group, Stack, Text } from '@mantine/core';
import type { readSessionAttendance } from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Person } from '../office/ids.js';
import { useDialog } from '../office/use-dialog.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { TimeLine } from '../parts/time-line.js';
import { useWords } from '../words/words.js';
import { CorrectionDialog } from './correction.js';

type Attendance = AnswerOf<typeof readSessionAttendance>;
type Seen = Attendance['data'][number];

interface ParticipantsProps {
  readonly seen: Attendance;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Everybody who was seen, as a time line, each to be corrected; and whoever was not. */
export function Participants({ seen, etag, onReload }: ParticipantsProps) {
  const t = useWords('admin');
  const { opened: correcting, open, dialog } = useDialog<{ person: Seen | undefined }>(onReload);
  const startsAt = seen.data[0]?.startsAt;
  return (
    <Stack>
      {seen.data.length === 0 && (
        <EmptyState title={t('sessions.nobody')} words={t('sessions.nobodyWords')} />
      )}
      {seen.data.map((person) => (
        <OnePerson
          key={person.userId}
          person={person}
          seconds={seen.scheduledSeconds}
          onCorrect={() => open({ person })}
        />
      ))}
      <Group>
        <Button variant="default" onClick={() => open({ person: undefined })}>
          {t('correction.somebody')}
        </Button>
      </Group>
      {correcting && (
        <CorrectionDialog
          sessionId={seen.sessionId}
          startsAt={startsAt ?? seen.startedAt ?? undefined}
          scheduledSeconds={seen.scheduledSeconds}
          person={correcting.person}
          etag={etag}
          {...dialog}
        />
      )}
    </Stack>
  );
}

interface OnePersonProps {
  readonly person: Seen;
  readonly seconds: number;
  readonly onCorrect: () => void;
}

function OnePerson({ person, seconds, onCorrect }: OnePersonProps) {
  const t = useWords('admin');
  const end = new Date(Date.parse(person.startsAt) + seconds * 1000).toISOString();
  return (
    <Stack gap={4} data-person={person.userId}>
      <Group justify="space-between">
        <Group gap="xs">
          {ID.test(person.userId) ? <Person id={person.userId} /> : <Text span>{person.userId}</Text>}
          <Text span size="sm" c="dimmed">
            {t(`roles.${person.role}`)}
          </Text>
          <StateBadge state={person.status} />
          <Text span size="sm" className="numbers">
            {t('sessions.percent', { percent: person.percent })}
          </Text>
          <Text span size="sm" c="dimmed">
            {t(`sessions.confidence.${person.confidence}`)}
          </Text>
        </Group>
        <Button size="xs" variant="default" onClick={onCorrect}>
          {t('correction.button')}
        </Button>
      </Group>
      <TimeLine label={t('sessions.presence')} from={person.startsAt} to={end} intervals={person.intervals} />
    </Stack>
  );
}
