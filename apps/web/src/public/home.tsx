import { Anchor, Button, Group, Paper, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { listCourses } from '@rollcall/contracts/api/enrollment';
import { readPolicyInForce } from '@rollcall/contracts/api/settlement';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useList, useRead } from '../api/read.js';
import { PulseIcon, ScalesIcon, ShieldIcon } from '../parts/icons.js';
import { PageTitle } from '../parts/page-title.js';
import { useSession } from '../session/session.js';
import { useWords } from '../words/words.js';
import { CourseCards } from './course-cards.js';

export function HomePage() {
  const t = useWords('public');
  const isOut = useSession().status === 'out';
  const courses = useList(listCourses, { query: { limit: 3 } });
  return (
    <Stack gap={48} maw={1100} mx="auto" py="lg">
      <div>
        <PageTitle words={t('home.words')}>{t('home.title')}</PageTitle>
        <Group>
          <Button component={Link} to="/courses" size="md">
            {t('home.browse')}
          </Button>
          {isOut && (
            <Button component={Link} to="/account/register?role=teacher" size="md" variant="default">
              {t('home.teach')}
            </Button>
          )}
        </Group>
      </div>
      <HowItMoves />
      {courses.rows.length > 0 && (
        <section>
          <Group justify="space-between" mb="md">
            <Title order={2} size="h3">
              {t('home.soon')}
            </Title>
            <Anchor component={Link} to="/courses">
              {t('home.all')}
            </Anchor>
          </Group>
          <CourseCards courses={courses.rows.slice(0, 3)} />
        </section>
      )}
    </Stack>
  );
}

function HowItMoves() {
  const t = useWords('public');
  const { data: policy } = useRead(readPolicyInForce, {});
  const settled = policy ? t('home.how3Words', { percent: policy.thresholdPercent }) : t('home.how3Usual');
  return (
    <section>
      <Title order={2} size="h3" mb="md">
        {t('home.howTitle')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Step icon={<ShieldIcon />} title={t('home.how1')} words={t('home.how1Words')} />
        <Step icon={<PulseIcon />} title={t('home.how2')} words={t('home.how2Words')} />
        <Step icon={<ScalesIcon />} title={t('home.how3')} words={settled} />
      </SimpleGrid>
    </section>
  );
}

interface StepProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly words: string;
}

function Step({ icon, title, words }: StepProps) {
  return (
    <Paper withBorder p="lg">
      <ThemeIcon variant="light" size="lg" mb="sm">
        {icon}
      </ThemeIcon>
      <Text fw={600} component="h3" m={0} mb={4}>
        {title}
      </Text>
      <Text c="dimmed">{words}</Text>
    </Paper>
  );
}
