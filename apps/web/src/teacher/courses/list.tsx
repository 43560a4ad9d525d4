import { Anchor, Button, Text } from '@mantine/core';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { teacherCourses } from '@rollcall/contracts/api/teaching';
import { Link } from 'react-router';
import { useList } from '../../api/read.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { Money } from '../../parts/money.js';
import { PageTitle } from '../../parts/page-title.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState } from '../../parts/states.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';

const ALL = { query: {} };

export function CoursesPage() {
  const t = useWords('teacher');
  const list = useList(teacherCourses, ALL);
  const create = (
    <Button component={Link} to="/teacher/courses/new">
      {t('courses.create')}
    </Button>
  );
  return (
    <>
      <PageTitle words={t('courses.intro')} action={list.rows.length > 0 ? create : undefined}>
        {t('courses.title')}
      </PageTitle>
      <DataTable
        label={t('courses.title')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={t('courses.empty')} words={t('courses.emptyHint')}>
            {create}
          </EmptyState>
        }
      />
    </>
  );
}

function useColumns(): Column<Course>[] {
  const t = useWords('teacher');
  return [
    {
      key: 'course',
      title: t('courses.course'),
      cell: ({ id, title }) => (
        <Anchor component={Link} to={`/teacher/courses/${id}`} inherit fw={500}>
          {title}
        </Anchor>
      ),
    },
    { key: 'state', title: t('courses.state'), cell: ({ status }) => <StateBadge state={status} /> },
    { key: 'next', title: t('courses.next'), cell: (course) => <Next course={course} /> },
    {
      key: 'students',
      title: t('courses.students'),
      isNumber: true,
      cell: ({ currentStudents }) => currentStudents,
    },
    {
      key: 'price',
      title: t('courses.price'),
      isNumber: true,
      cell: ({ price }) => <Money value={price} />,
    },
  ];
}

function Next({ course: { sessions } }: { readonly course: Course }) {
  const t = useWords('teacher');
  const starts = sessions
    .filter(({ status }) => status === 'scheduled' || status === 'live')
    .map(({ startsAt }) => startsAt)
    .sort();
  if (starts[0] === undefined)
    return (
      <Text span inherit c="dimmed">
        {t('courses.none')}
      </Text>
    );
  return <When at={starts[0]} />;
}
