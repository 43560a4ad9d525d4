import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { type Course, readCourse, teacherCourses, updateCourse } from '@rollcall/contracts/api/enrollment';
import { useState } from 'react';
import { useAct } from '../../api/act.js';
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

/** The form begins anew with what the course is now: after it was saved, and where one asks for that. */
export function CourseForm({ course, etag }: CourseFormProps) {
  const [round, setRound] = useState(0);
  const again = () => setRound((before) => before + 1);
  return <Fields key={round} opened={course} etag={etag} again={again} />;
}

interface FieldsProps {
  readonly opened: Course;
  readonly etag: string | undefined;
  readonly again: () => void;
}

function Fields({ opened, etag, again }: FieldsProps) {
  const t = useWords('teacher');
  const checks = useChecks();
  // What was seen when the form was opened, whatever is heard since: saving over it is refused, and not done unseen.
  const [seen] = useState({ course: opened, etag });
  const form = useForm({
    initialValues: valuesOf(seen.course),
    validate: { price: (amount, { currency }) => checks.price(amount, currency) },
  });
  const act = useAct(updateCourse, {
    changes: [readCourse, teacherCourses],
    onDone: () => {
      notifications.show({ color: 'green', message: t('course.saved') });
      again();
    },
  });
  useFieldErrors(form, act.error);
  const params = { courseId: opened.id };
  const submit = form.onSubmit((values) => act.run({ params, body: courseOf(values), ifMatch: seen.etag }));
  const isArchived = opened.status === 'archived';
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
        isCurrencyFixed={opened.status !== 'draft'}
        isDisabled={isArchived}
      />
      <Conflict error={act.error} reload={() => void refetch(readCourse).then(again)} />
    </Form>
  );
}
