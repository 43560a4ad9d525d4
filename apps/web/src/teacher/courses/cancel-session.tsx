import { Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { cancelSession, readCourse, type Session } from '@rollcall/contracts/api/enrollment';
import { readSettlement } from '@rollcall/contracts/api/settlement';
import { listTaughtSessions, readRoster, teacherCourses } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useAct } from '../../api/act.js';
import { refetch, useList } from '../../api/read.js';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { useMoney } from '../../parts/money.js';
import { ErrorState, LoadingState } from '../../parts/states.js';
import { useWords } from '../../words/words.js';
import { Conflict, isConflict } from '../conflict.js';
import { HINT_BELOW } from '../form-field.js';
import { heldOf } from './held.js';

interface CancelSessionProps {
  readonly session: Session;
  readonly students: number;
  readonly close: () => void;
}

/** Cancels a session, after saying whose money goes back and how much of it. */
export function CancelSession({ session, students, close }: CancelSessionProps) {
  const t = useWords('teacher');
  const [reason, setReason] = useState('');
  const act = useAct(cancelSession, {
    changes: [readCourse, listTaughtSessions, teacherCourses, readRoster, readSettlement],
    onDone: () => {
      close();
      notifications.show({ color: 'green', message: t('cancelSession.done') });
    },
  });
  const cancel = () =>
    act.run({
      params: { sessionId: session.id },
      ...(reason.trim() !== '' && { body: { reason } }),
      ifMatch: `"${session.version}"`,
    });
  return (
    <ConfirmDialog
      title={t('cancelSession.title', { title: session.title })}
      isOpen
      onClose={close}
      onConfirm={() => void cancel()}
      confirm={t('cancelSession.confirm')}
      isRunning={act.isRunning}
      error={isConflict(act.error) ? undefined : act.error}
      isDangerous
    >
      <Stack gap="sm">
        <GoesBack session={session} students={students} />
        <Text size="sm" c="dimmed">
          {t('cancelSession.final')}
        </Text>
        <Textarea
          label={t('cancelSession.reason')}
          description={t('cancelSession.reasonHint')}
          inputWrapperOrder={HINT_BELOW}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Conflict error={act.error} reload={() => void refetch(readCourse).then(close)} />
      </Stack>
    </ConfirmDialog>
  );
}

function GoesBack({ session, students }: Omit<CancelSessionProps, 'close'>) {
  const t = useWords('teacher');
  const money = useMoney();
  const roster = useList(readRoster, { params: { sessionId: session.id }, query: { limit: 100 } });
  if (roster.isLoading) return <LoadingState rows={2} />;
  if (roster.error) return <ErrorState error={roster.error} retry={roster.retry} />;
  const held = heldOf(roster.rows);
  if (held.count === 0) return <Text>{t('cancelSession.nobody')}</Text>;
  return (
    <Stack gap={4} data-goes-back={held.count}>
      <Text fw={500}>
        {t('cancelSession.words', { count: held.count, amounts: held.sums.map(money).join(', ') })}
      </Text>
      {students > held.count && <Text size="sm">{t('cancelSession.more')}</Text>}
      <Text size="sm">{t('cancelSession.lessons')}</Text>
    </Stack>
  );
}
