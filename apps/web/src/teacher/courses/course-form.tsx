import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { type Course, readCourse, updateCourse } from '@rollcall/contracts/api/enrollment';
import { teacherCourses } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useAct } from '../../api/act.js';
import { api } from '../../api/client.js';
import { refetch } from '../../api/read.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { useWords } from '../../words/words.js';
import { Conflict, isConflict } from '../conflict.js';
import { CourseFields, courseOf, valuesOf } from './course-fields.js';
import { useChecks } from './use-checks.js';

interface CourseFormProps {
  readonly course: Course;
  readonly etag: string | undefined;
}

interface Seen {
  readonly course: Course;
  readonly etag: string | undefined;
}

/** The form begins anew with what the course is now: after it was saved, and where one asks for that. */
export function CourseForm({ course, etag }: CourseFormProps) {
  // What was seen when the form was opened, whatever is heard since: saving over it is refused, and not done unseen.
  const [{ round, seen }, setRound] = useState({ round: 0, seen: { course, etag } as Seen });
  const again = (now: Seen) => setRound((before) => ({ round: before.round + 1, seen: now }));
  return <Fields key={round} status={course.status} seen={seen} again={again} />;
}

interface FieldsProps {
  /** As it is now: an archived course cannot be changed. */
  readonly status: Course['status'];
  readonly seen: Seen;
  readonly again: (now: Seen) => void;
}

function Fields({ status, seen, again }: FieldsProps) {
  const t = useWords('teacher');
  const checks = useChecks();
  const params = { courseId: seen.course.id };
  const form = useForm({
    initialValues: valuesOf(seen.course),
    validate: { price: (amount, { currency }) => checks.price(amount, currency) },
  });
  const act = useAct(updateCourse, {
    changes: [readCourse, teacherCourses],
    onDone: ({ body, etag }) => {
      notifications.show({ color: 'green', message: t('course.saved') });
      again({ course: body, etag });
    },
  });
  useFieldErrors(form, act.error);
  const reload = async () => {
    const { body, etag } = await api.call(readCourse, { params });
    again({ course: body, etag });
  };
  const submit = form.onSubmit((values) => act.run({ params, body: courseOf(values), ifMatch: seen.etag }));
  const isArchived = status === 'archived';
  return (
    <Form
      onSubmit={submit}
      error={isConflict(act.error) ? undefined : act.error}
      isRunning={act.isRunning}
      isDisabled={isArchived}
      submit={t('course.save')}
    >
      <CourseFields
        form={form}
        currency={form.values.currency}
        isCurrencyFixed={status !== 'draft'}
        isDisabled={isArchived}
      />
      <Conflict error={act.error} reload={() => void reload().catch(() => refetch(readCourse))} />
    </Form>
  );
}
