import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import type { readSessionAttendance } from '@rollcall/contracts/api/attendance';
import type { Session } from '@rollcall/contracts/api/enrollment';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { type RosterEntry, readRoster } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useList, type useRead } from '../../api/read.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { Money } from '../../parts/money.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState, ErrorState } from '../../parts/states.js';
import { useWords } from '../../words/words.js';
import { type Attendance, type Frame, frameOf } from './bar.js';
import { DecisionDrawer } from './decision.js';
import { Guests } from './guests.js';
import { Legend } from './legend.js';
import { rosterInput, useNames } from './names.js';
import { PresenceBar } from './presence-bar.js';
import { TimeInRoom } from './time-in-room.js';

interface RosterProps {
  readonly session: Session;
  readonly attendance: ReturnType<typeof useRead<typeof readSessionAttendance>>;
  readonly holds: readonly Hold[];
  readonly now: number;
}

/** Who bought a session: whether he came, and what became of his money, with each step of the sum. */
export function Roster({ session, attendance, holds, now }: RosterProps) {
  const t = useWords('teacher');
  const list = useList(readRoster, rosterInput(session.id));
  const [shown, setShown] = useState<RosterEntry>();
  const records = new Map((attendance.data?.data ?? []).map((one) => [one.userId, one]));
  const frame = frameOf(session, [...records.values()]);
  const nameOf = useNames(session.id);
  const holdOf = (entry: RosterEntry) => holds.find(({ id }) => id === entry.hold.id);
  const columns = useColumns({ records, frame, now, nameOf, show: setShown });
  const teacher = attendance.data?.data.find(({ role }) => role === 'teacher');
  const seen = [...records.values()].some(({ intervals, inRoom }) => intervals.length > 0 || inRoom);
  return (
    <Stack component="section" gap="md" aria-labelledby="roster">
      <Title order={2} id="roster" fz="lg">
        {t('roster.title')}
      </Title>
      {attendance.error ? <ErrorState error={attendance.error} /> : null}
      {attendance.data?.status === 'completed' && !attendance.data.observed && (
        <Alert color="orange">{t('roster.notObserved')}</Alert>
      )}
      {seen && <Legend />}
      {seen && teacher && (
        <Group gap="md" wrap="nowrap" maw={620}>
          <Text size="sm" fw={500} style={{ flex: 'none' }}>
            {t('roster.teacher')}
          </Text>
          <PresenceBar name={t('roster.teacher')} record={teacher} frame={frame} now={now} />
          <TimeInRoom record={teacher} />
        </Group>
      )}
      <DataTable
        label={t('roster.title')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('roster.empty')} words={t('roster.emptyHint')} />}
      />
      {!list.hasMore && <Guests records={records} roster={list.rows} frame={frame} now={now} />}
      <DecisionDrawer
        session={session}
        entry={shown}
        hold={shown && holdOf(shown)}
        name={shown ? nameOf(shown.studentId) : ''}
        onClose={() => setShown(undefined)}
      />
    </Stack>
  );
}

interface ColumnsOf {
  readonly records: ReadonlyMap<string, Attendance>;
  readonly frame: Frame;
  readonly now: number;
  readonly nameOf: (userId: string) => string;
  readonly show: (entry: RosterEntry) => void;
}

function useColumns({ records, frame, now, nameOf, show }: ColumnsOf): Column<RosterEntry>[] {
  const t = useWords('teacher');
  return [
    {
      key: 'student',
      title: t('roster.student'),
      cell: ({ studentId, kind }) => (
        <>
          <Text span inherit fw={500}>
            {nameOf(studentId)}
          </Text>
          <Text size="xs" c="dimmed">
            {t(kind === 'course' ? 'roster.whole' : 'roster.alone')}
          </Text>
        </>
      ),
    },
    {
      key: 'presence',
      title: t('roster.presence'),
      cell: ({ studentId }) => (
        <PresenceBar name={nameOf(studentId)} record={records.get(studentId)} frame={frame} now={now} />
      ),
    },
    {
      key: 'time',
      title: t('roster.time'),
      isNumber: true,
      cell: ({ studentId }) => <TimeInRoom record={records.get(studentId)} />,
    },
    {
      key: 'money',
      title: t('roster.money'),
      isNumber: true,
      cell: ({ hold }) => <Money value={hold} />,
    },
    { key: 'state', title: t('roster.state'), cell: ({ hold }) => <StateBadge state={hold.status} /> },
    {
      key: 'why',
      title: t('roster.why'),
      cell: (entry) => (
        <Button
          variant="default"
          size="xs"
          aria-label={t('roster.whyFor', { name: nameOf(entry.studentId) })}
          onClick={() => show(entry)}
        >
          {t('roster.why')}
        </Button>
      ),
    },
  ];
}
