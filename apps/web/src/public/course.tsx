import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type Course, readCourse, type Session } from '@rollcall/contracts/api/enrollment';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { priceOfRest, toCome } from '../parts/course.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { PolicyNote } from '../parts/policy-note.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When, zoneName } from '../parts/when.js';
import { useUser } from '../session/session.js';
import { useWords } from '../words/words.js';

export function CoursePage() {
  const { courseId = '' } = useParams();
  const course = useRead(readCourse, { params: { courseId } });
  return (
    <Stack maw={1000} mx="auto">
      <Loaded from={course} rows={6}>
        {(found) => <Shown course={found} />}
      </Loaded>
    </Stack>
  );
}

function Shown({ course }: { readonly course: Course }) {
  const t = useWords('public');
  return (
    <>
      <PageTitle>{course.title}</PageTitle>
      {course.status !== 'published' && <Alert color="gray">{t(`course.${course.status}`)}</Alert>}
      <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{course.description}</Text>
      <Offer course={course} />
      <Title order={2} size="h3" mt="md">
        {t('course.sessions')}
      </Title>
      <Text c="dimmed" size="sm">
        {t('course.zone', { zone: zoneName() })}
      </Text>
      <Sessions course={course} />
      <PolicyNote />
    </>
  );
}

/** Whether the reader might buy: who is signed out is asked to sign in on the way. */
function useMayBuy({ status, teacherId }: Course): boolean {
  const user = useUser();
  if (status !== 'published') return false;
  return user === undefined || (user.roles.includes('student') && user.id !== teacherId);
}

function Offer({ course }: { readonly course: Course }) {
  const t = useWords('public');
  const mayBuy = useMayBuy(course);
  const user = useUser();
  const rest = priceOfRest(course);
  const left = course.maxStudents === null ? null : Math.max(0, course.maxStudents - course.currentStudents);
  const isWhole = toCome(course.sessions).length === course.sessions.length;
  const isOver = toCome(course.sessions).length === 0;
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between">
        <div>
          <Text size="sm" c="dimmed">
            {t('course.price')}
          </Text>
          <Text size="xl" fw={700}>
            <Money value={course.price} />
          </Text>
          {left !== null && (
            <Text size="sm">{left === 0 ? t('course.full') : t('course.seats', { count: left })}</Text>
          )}
        </div>
        {mayBuy && !isOver && left !== 0 && (
          <Button component={Link} to={`/student/buy/${course.id}`} size="md">
            {isWhole ? t('course.buy') : t('course.buyRest')} · <Money value={rest} />
          </Button>
        )}
        {isOver && course.status === 'published' && <Text>{t('course.gone')}</Text>}
        {user && !user.roles.includes('student') && <Text c="dimmed">{t('course.studentsOnly')}</Text>}
      </Group>
    </Paper>
  );
}

function Sessions({ course }: { readonly course: Course }) {
  const t = useWords('public');
  const mayBuy = useMayBuy(course);
  const open = new Set(toCome(course.sessions).map(({ id }) => id));
  const columns: Column<Session>[] = [
    { key: 'lesson', title: t('course.lesson'), cell: ({ number, title }) => `${number}. ${title}` },
    { key: 'when', title: t('course.when'), cell: ({ startsAt }) => <When at={startsAt} /> },
    {
      key: 'length',
      title: t('course.length'),
      cell: ({ durationMinutes }) => t('course.minutes', { minutes: durationMinutes }),
      isNumber: true,
    },
    {
      key: 'price',
      title: t('course.sessionPrice'),
      cell: ({ price }) => <Money value={price} />,
      isNumber: true,
    },
    { key: 'state', title: t('course.state'), cell: ({ status }) => <StateBadge state={status} /> },
    {
      key: 'buy',
      title: '',
      cell: ({ id, title }) =>
        mayBuy && open.has(id) ? (
          <Button
            component={Link}
            to={`/student/buy/${course.id}?session=${id}`}
            size="xs"
            variant="light"
            aria-label={t('course.buyOneLabel', { title })}
          >
            {t('course.buyOne')}
          </Button>
        ) : null,
    },
  ];
  const list = {
    rows: [...course.sessions].sort((a, b) => a.number - b.number),
    ...{ isLoading: false, isLoadingMore: false, error: null, hasMore: false },
    ...{ more: () => undefined, retry: () => undefined },
  };
  return (
    <DataTable
      label={t('course.sessions')}
      columns={columns}
      list={list}
      rowKey={({ id }) => id}
      empty={null}
    />
  );
}
