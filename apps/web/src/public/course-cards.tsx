import { Anchor, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { Link } from 'react-router';
import { toCome } from '../parts/course.js';
import { Money } from '../parts/money.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

export function CourseCards({ courses }: { readonly courses: readonly Course[] }) {
  return (
    <SimpleGrid component="ul" cols={{ base: 1, sm: 2, lg: 3 }} p={0} m={0} style={{ listStyle: 'none' }}>
      {courses.map((course) => (
        <CourseCard key={course.id} course={course} />
      ))}
    </SimpleGrid>
  );
}

function CourseCard({ course }: { readonly course: Course }) {
  const t = useWords('public');
  const [next] = toCome(course.sessions);
  return (
    <Paper component="li" withBorder p="lg" style={{ display: 'flex' }}>
      <Stack gap="xs" style={{ flex: 1, minWidth: 0 }}>
        <Anchor
          component={Link}
          to={`/courses/${course.id}`}
          fw={600}
          size="lg"
          style={{ overflowWrap: 'anywhere' }}
        >
          {course.title}
        </Anchor>
        <Text c="dimmed" size="sm" lineClamp={3} style={{ flex: 1 }}>
          {course.description}
        </Text>
        <Text size="sm">
          {next ? (
            <>
              {t('catalogue.next')}: <When at={next.startsAt} />
            </>
          ) : (
            t('catalogue.over')
          )}
        </Text>
        <Group justify="space-between">
          <Text fw={600}>
            <Money value={course.price} />
          </Text>
          <Text size="sm" c="dimmed">
            {t('catalogue.lessons', { count: course.sessions.length })}
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}
