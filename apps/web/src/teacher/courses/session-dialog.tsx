import { Button, Modal, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import {
  addSession,
  type Course,
  readCourse,
  type Session,
  updateSession,
} from '@rollcall/contracts/api/enrollment';
import { listTaughtSessions, teacherCourses } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useAct } from '../../api/act.js';
import { refetch } from '../../api/read.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { useWords } from '../../words/words.js';
import { Conflict, isConflict } from '../conflict.js';
import { nextAfter, SessionFields, type SessionValues, sessionOf, valuesOf } from './session-fields.js';
import { useChecks } from './use-checks.js';

interface SessionDialogProps {
  readonly course: Course;
  /** The one to change; none: another one. */
  readonly session?: Session;
  /** Who has a place in it. */
  readonly students: number;
  readonly close: () => void;
}

export function SessionDialog({ session, close, ...props }: SessionDialogProps) {
  const t = useWords('teacher');
  const common = useWords('common');
  const title = session ? t('sessionForm.editOf', { number: session.number }) : t('sessionForm.add');
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <SessionForm session={session} close={close} {...props} />
    </Modal>
  );
}

const SOLD: readonly (keyof SessionValues)[] = ['number', 'durationMinutes', 'price'];
const STARTED: readonly (keyof SessionValues)[] = [...SOLD, 'startsAt'];

function SessionForm({ course, session: opened, students, close }: SessionDialogProps) {
  const t = useWords('teacher');
  const checks = useChecks();
  const [session] = useState(opened);
  const { currency } = course.price;
  const form = useForm({
    initialValues: session ? valuesOf(session) : afterLast(course),
    validate: { startsAt: checks.startsAt, price: (amount) => checks.price(amount, currency) },
  });
  const onDone = () => {
    notifications.show({ color: 'green', message: t(session ? 'sessionForm.saved' : 'sessionForm.added') });
    close();
  };
  const changes = [readCourse, listTaughtSessions, teacherCourses];
  const adding = useAct(addSession, { changes, onDone });
  const changing = useAct(updateSession, { changes, onDone });
  const act = session ? changing : adding;
  useFieldErrors(form, act.error);
  const submit = form.onSubmit((values) => {
    const body = sessionOf(values, currency);
    if (session === undefined) return adding.run({ params: { courseId: course.id }, body });
    const changed = Object.entries(body).filter(([name]) => form.isDirty(name));
    return changing.run({
      ...{ params: { sessionId: session.id }, ifMatch: `"${session.version}"` },
      // No other: a start is shown to the minute, and would move to it.
      body: Object.fromEntries(changed),
    });
  });
  const hasStarted = session?.status === 'live' || session?.status === 'completed';
  const frozen = hasStarted ? STARTED : students > 0 ? SOLD : [];
  return (
    <Form
      onSubmit={submit}
      error={isConflict(act.error) ? undefined : act.error}
      isRunning={act.isRunning}
      submit={t('sessionForm.save')}
      beside={
        <Button variant="subtle" onClick={close}>
          {t('sessionForm.close')}
        </Button>
      }
    >
      {session === undefined && <Text size="sm">{t('sessionForm.addHint')}</Text>}
      {hasStarted && <Text size="sm">{t('sessionForm.started')}</Text>}
      {!hasStarted && students > 0 && <Text size="sm">{t('sessionForm.sold')}</Text>}
      <SessionFields form={form} currency={currency} frozen={frozen} />
      {!hasStarted && students > 0 && form.isDirty('startsAt') && (
        <Text size="sm" role="status" fw={500}>
          {t('sessionForm.moveWords', { count: students })}
        </Text>
      )}
      <Conflict error={act.error} reload={() => void refetch(readCourse).then(close)} />
    </Form>
  );
}

function afterLast({ sessions }: Course): SessionValues {
  const last = sessions.toSorted((a, b) => a.number - b.number).at(-1);
  return nextAfter(
    last && valuesOf(last),
    sessions.map(({ number }) => number),
  );
}
