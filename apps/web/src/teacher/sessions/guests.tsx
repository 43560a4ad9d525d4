import { Group, Stack, Text, Title } from '@mantine/core';
import { useWords } from '../../words/words.js';
import type { Attendance, Frame } from './bar.js';
import { PresenceBar } from './presence-bar.js';
import { TimeInRoom } from './time-in-room.js';

interface GuestsProps {
  readonly records: ReadonlyMap<string, Attendance>;
  readonly roster: readonly { readonly studentId: string }[];
  readonly frame: Frame;
  readonly now: number;
}

/** Who was in the room and stands on no roster: somebody with another link, or who gave it back before. */
export function Guests({ records, roster, frame, now }: GuestsProps) {
  const t = useWords('teacher');
  const bought = new Set(roster.map(({ studentId }) => studentId));
  const guests = [...records.values()].filter(
    ({ role, userId, intervals, inRoom }) =>
      role !== 'teacher' && !bought.has(userId) && (intervals.length > 0 || inRoom),
  );
  if (guests.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={3} fz="md">
        {t('roster.guests')}
      </Title>
      {guests.map((record) => (
        <Group key={record.userId} gap="md" wrap="nowrap" maw={620} title={t('roster.unknownHint')}>
          <Text size="sm" style={{ flex: 'none' }}>
            {t('roster.unknown')}
          </Text>
          <PresenceBar name={t('roster.unknown')} record={record} frame={frame} now={now} />
          <TimeInRoom record={record} />
        </Group>
      ))}
    </Stack>
  );
}
