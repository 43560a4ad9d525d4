import { Alert, Anchor, Group, Stack, Title } from '@mantine/core';
import { type Course, readCourse } from '@rollcall/contracts/api/enrollment';
import { Link, useParams } from 'react-router';
import { useRead } from '../../api/read.js';
import { PageTitle } from '../../parts/page-title.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState, Loaded } from '../../parts/states.js';
import { useUser } from '../../session/session.js';
import { useWords } from '../../words/words.js';
import { BackLink } from '../back-link.js';
import { CourseForm } from './course-form.js';
import { CourseState } from './course-state.js';
import { Sessions } from './sessions.js';

export function CoursePage() {
  const t = useWords('teacher');
  const user = useUser();
  const { courseId = '' } = useParams();
  const course = useRead(readCourse, { params: { courseId } });
  return (
    <>
      <BackLink to="/teacher/courses" label={t('course.back')} />
      <Loaded from={course} rows={6}>
        {(found) =>
          found.teacherId === user?.id ? (
            <Shown course={found} etag={course.etag} />
          ) : (
            <EmptyState title={t('session.notFound')} />
          )
        }
      </Loaded>
    </>
  );
}

interface ShownProps {
  readonly course: Course;
  readonly etag: string | undefined;
}

function Shown({ course, etag }: ShownProps) {
  const t = useWords('teacher');
  return (
    <>
      <PageTitle action={<CourseState course={course} etag={etag} />}>{course.title}</PageTitle>
      <Stack gap="xl" maw={860}>
        <Group gap="lg">
          <StateBadge state={course.status} />
          {course.status !== 'draft' && (
            <Anchor component={Link} to={`/courses/${course.id}`}>
              {t('course.seePublic')}
            </Anchor>
          )}
        </Group>
        {course.status === 'archived' && <Alert color="gray">{t('course.isArchived')}</Alert>}
        {course.status === 'draft' && <Alert color="blue">{t('course.isDraft')}</Alert>}
        <CourseForm key={course.status} course={course} etag={etag} />
        <Stack component="section" gap="md" aria-labelledby="sessions">
          <Title order={2} id="sessions" fz="lg">
            {t('course.sessions')}
          </Title>
          <Sessions course={course} />
        </Stack>
      </Stack>
    </>
  );
}
