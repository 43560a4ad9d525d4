import { Button, Fieldset, Group, Stack, Title } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { createCourse } from '@rollcall/contracts/api/enrollment';
import { teacherCourses } from '@rollcall/contracts/api/teaching';
import { useNavigate } from 'react-router';
import { useAct } from '../../api/act.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { PageTitle } from '../../parts/page-title.js';
import { useWords } from '../../words/words.js';
import { BackLink } from '../back-link.js';
import { CourseFields, courseOf, NO_COURSE } from './course-fields.js';
import { nextAfter, SessionFields, sessionOf } from './session-fields.js';
import { useChecks } from './use-checks.js';

const EMPTY = { ...NO_COURSE, sessions: [nextAfter(undefined, [])] };

export function NewCoursePage() {
  const t = useWords('teacher');
  const navigate = useNavigate();
  const checks = useChecks();
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      price: (amount, { currency }) => checks.price(amount, currency),
      sessions: {
        startsAt: checks.startsAt,
        price: (amount: number | undefined, { currency }) => checks.price(amount, currency),
      },
    },
  });
  const act = useAct(createCourse, {
    changes: [teacherCourses],
    onDone: ({ body }) => {
      notifications.show({ color: 'green', message: t('course.created') });
      void navigate(`/teacher/courses/${body.id}`);
    },
  });
  useFieldErrors(form, act.error);
  const { currency } = form.values;
  const submit = form.onSubmit(({ sessions, ...values }) => {
    const { maxStudents, ...course } = courseOf(values);
    return act.run({
      body: {
        ...course,
        ...(maxStudents !== null && { maxStudents }),
        sessions: sessions.map((one) => sessionOf(one, currency)),
      },
    });
  });
  return (
    <>
      <BackLink to="/teacher/courses" label={t('course.back')} />
      <PageTitle>{t('course.newTitle')}</PageTitle>
      <Stack maw={760}>
        <Form onSubmit={submit} error={act.error} isRunning={act.isRunning} submit={t('course.create')}>
          <CourseFields form={form} currency={currency} isCurrencyFixed={false} />
          <Title order={2} fz="lg">
            {t('course.sessions')}
          </Title>
          <Sessions form={form} />
        </Form>
      </Stack>
    </>
  );
}

interface SessionsProps {
  readonly form: Pick<
    UseFormReturnType<typeof EMPTY>,
    'values' | 'errors' | 'getInputProps' | 'insertListItem' | 'removeListItem'
  >;
}

function Sessions({ form }: SessionsProps) {
  const t = useWords('teacher');
  const { sessions, currency } = form.values;
  const add = () => {
    const taken = sessions.map(({ number }) => Number(number));
    form.insertListItem('sessions', nextAfter(sessions.at(-1), taken));
  };
  return (
    <Stack gap="sm">
      {sessions.map(({ number }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the form names its fields by it
        <Fieldset key={index} legend={t('sessionForm.session', { number })}>
          <Stack gap="sm">
            <SessionFields form={form} path={`sessions.${index}.`} currency={currency} />
            {sessions.length > 1 && (
              <Group justify="flex-end">
                <Button
                  variant="subtle"
                  color="red"
                  size="xs"
                  onClick={() => form.removeListItem('sessions', index)}
                >
                  {t('sessionForm.remove', { number })}
                </Button>
              </Group>
            )}
          </Stack>
        </Fieldset>
      ))}
      <Group>
        <Button variant="default" onClick={add}>
          {t('sessionForm.another')}
        </Button>
      </Group>
    </Stack>
  );
}
