import { Anchor, Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { listTaughtSessions, type TaughtSession } from '@rollcall/contracts/api/teaching';
import { Link } from 'react-router';
import { useList } from '../../api/read.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { useFilters } from '../../parts/filters.js';
import { PageTitle } from '../../parts/page-title.js';
import { StateBadge } from '../../parts/state-badge.js';
import { EmptyState } from '../../parts/states.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { useTaught } from '../use-taught.js';

const SHOWN = {
  upcoming: { status: ['scheduled' as const, 'live' as const], order: 'soonest' as const },
  past: { status: ['completed' as const, 'cancelled' as const] },
  all: {},
};
type Show = keyof typeof SHOWN;
const isShow = (value: string): value is Show => value in SHOWN;

const FILTERS = { show: 'upcoming', course: '' };

export function SessionsPage() {
  const t = useWords('teacher');
  const [filters, change] = useFilters(FILTERS);
  const { courses } = useTaught();
  const show = isShow(filters.show) ? filters.show : 'upcoming';
  const query = { ...SHOWN[show], ...(filters.course !== '' && { courseId: filters.course }) };
  const list = useList(listTaughtSessions, { query });
  const isFiltered = show !== 'all' || filters.course !== '';
  return (
    <>
      <PageTitle words={t('sessions.intro')}>{t('sessions.title')}</PageTitle>
      <Group align="flex-end" gap="sm" mb="lg">
        <SegmentedControl
          aria-label={t('sessions.show')}
          value={show}
          onChange={(next) => change({ show: next })}
          data={(['upcoming', 'past', 'all'] as const).map((value) => ({
            value,
            label: t(`sessions.${value}`),
          }))}
        />
        <Select
          label={t('sessions.course')}
          placeholder={t('sessions.allCourses')}
          data={courses.map(({ id, title }) => ({ value: id, label: title }))}
          value={filters.course || null}
          onChange={(next) => change({ course: next ?? '' })}
          clearable
          searchable
          miw={240}
        />
      </Group>
      <DataTable
        label={t('sessions.title')}
        columns={useColumns()}
        list={list}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title={t('sessions.empty')}
            words={t(isFiltered && courses.length > 0 ? 'sessions.emptyFilterHint' : 'sessions.emptyHint')}
          >
            <Button component={Link} to="/teacher/courses" variant="default">
              {t('earnings.seeCourses')}
            </Button>
          </EmptyState>
        }
      />
    </>
  );
}

function useColumns(): Column<TaughtSession>[] {
  const t = useWords('teacher');
  return [
    {
      key: 'when',
      title: t('sessions.when'),
      cell: ({ startsAt, durationMinutes }) => (
        <>
          <When at={startsAt} />
          <Text size="xs" c="dimmed">
            {t('sessions.minutes', { count: durationMinutes })}
          </Text>
        </>
      ),
    },
    {
      key: 'session',
      title: t('sessions.session'),
      cell: ({ id, courseId, title, number, courseTitle }) => (
        <>
          <Anchor component={Link} to={`/teacher/sessions/${courseId}/${id}`} inherit fw={500}>
            {title}
          </Anchor>
          <Text size="xs" c="dimmed">
            {t('session.of', { number, course: courseTitle })}
          </Text>
        </>
      ),
    },
    {
      key: 'students',
      title: t('sessions.students'),
      isNumber: true,
      cell: ({ students, maxStudents }) =>
        maxStudents === null ? students : t('sessions.ofMost', { count: students, most: maxStudents }),
    },
    { key: 'state', title: t('sessions.state'), cell: ({ status }) => <StateBadge state={status} /> },
  ];
}
