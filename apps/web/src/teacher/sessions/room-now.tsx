import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { SessionAttendance } from '@rollcall/contracts/api/attendance';
import { useWhen } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { useNames } from './names.js';

interface RoomNowProps {
  readonly attendance: SessionAttendance;
  readonly sessionId: string;
  readonly now: number;
}

/** During a class: who is in the room at this moment. */
export function RoomNow({ attendance, sessionId }: RoomNowProps) {
  const t = useWords('teacher');
  const when = useWhen();
  const nameOf = useNames(sessionId);
  const inside = attendance.data.filter(({ inRoom }) => inRoom);
  return (
    <Card component="section" withBorder aria-labelledby="room">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} id="room" fz="lg">
            {t('room.title')}
          </Title>
          <Badge variant="light" color={attendance.status === 'live' ? 'cyan' : 'gray'} tt="none">
            {t(attendance.status === 'live' ? 'room.live' : 'room.waiting')}
          </Badge>
        </Group>
        <Text role="status">
          {inside.length === 0 ? t('room.nobody') : t('room.count', { count: inside.length })}
        </Text>
        <Group component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
          {inside.map((one) => (
            <Badge
              key={one.userId}
              component="li"
              variant="default"
              size="lg"
              tt="none"
              fw={500}
              data-in-room
            >
              {one.role === 'teacher' ? t('room.you') : nameOf(one.userId)}
              {one.firstSeenAt !== null && ` · ${t('room.since', { time: when(one.firstSeenAt, 'time') })}`}
            </Badge>
          ))}
        </Group>
      </Stack>
    </Card>
  );
}
