import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { archiveCourse, type Course, publishCourse, readCourse } from '@rollcall/contracts/api/enrollment';
import { listTaughtSessions, teacherCourses } from '@rollcall/contracts/api/teaching';
import { useState } from 'react';
import { useAct } from '../../api/act.js';
import { refetch } from '../../api/read.js';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { useWords } from '../../words/words.js';
import { Conflict, isConflict } from '../conflict.js';

interface CourseStateProps {
  readonly course: Course;
  readonly etag: string | undefined;
}

type Move = 'publish' | 'archive';

/** Puts a draft on sale, and takes a course off it. */
export function CourseState({ course, etag }: CourseStateProps) {
  const t = useWords('teacher');
  const [asked, setAsked] = useState<Move>();
  return (
    <Group gap="sm">
      {course.status === 'draft' && (
        <Button onClick={() => setAsked('publish')}>{t('course.publish')}</Button>
      )}
      {course.status !== 'archived' && (
        <Button variant="default" onClick={() => setAsked('archive')}>
          {t('course.archive')}
        </Button>
      )}
      {asked && <Asked move={asked} course={course} etag={etag} close={() => setAsked(undefined)} />}
    </Group>
  );
}

interface AskedProps extends CourseStateProps {
  readonly move: Move;
  readonly close: () => void;
}

function Asked({ move, course, etag, close }: AskedProps) {
  const t = useWords('teacher');
  const act = useAct(move === 'publish' ? publishCourse : archiveCourse, {
    changes: [readCourse, teacherCourses, listTaughtSessions],
    onDone: () => {
      close();
      const message = t(move === 'publish' ? 'course.published' : 'course.archived');
      notifications.show({ color: 'green', message });
    },
  });
  const archiving = course.status === 'draft' ? 'course.archiveDraftWords' : 'course.archiveWords';
  return (
    <ConfirmDialog
      title={t(`course.${move}Title`)}
      isOpen
      onClose={close}
      onConfirm={() => void act.run({ params: { courseId: course.id }, ifMatch: etag })}
      confirm={t(`course.${move}`)}
      isRunning={act.isRunning}
      error={isConflict(act.error) ? undefined : act.error}
      isDangerous={move === 'archive'}
    >
      <Text>{t(move === 'publish' ? 'course.publishWords' : archiving)}</Text>
      <Conflict error={act.error} reload={() => void refetch(readCourse).then(close)} />
    </ConfirmDialog>
  );
}
