import { Button, Code, Paper, Radio, Stack, Text, Title } from '@mantine/core';
import { playClass, readRoom, readSessionAttendance, Turnout } from '@rollcall/contracts/api/attendance';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { listHolds } from '@rollcall/contracts/api/settlement';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useAct } from '../api/act.js';
import { useList } from '../api/read.js';
import { FormError } from '../parts/form.js';
import { useUser } from '../session/session.js';
import { useWords } from '../words/words.js';

interface SimulatorProps {
  readonly course: Course;
  readonly sessionId: string;
}

/** In development a class is played instead of held: who comes is chosen, and its page shows what comes of it. */
export function Simulator({ course, sessionId }: SimulatorProps) {
  const t = useWords('student');
  const go = useNavigate();
  const isTeacher = useUser()?.id === course.teacherId;
  const holds = useList(listHolds, { query: { sessionId } }, { enabled: !isTeacher });
  const [turnout, setTurnout] = useState<Turnout>('whole');
  const mine = holds.rows[0] === undefined ? '/student' : `/student/classes/${holds.rows[0].id}`;
  const act = useAct(playClass, {
    changes: [readRoom, readSessionAttendance],
    onDone: () => void go(isTeacher ? `/teacher/sessions/${course.id}/${sessionId}` : mine),
  });
  return (
    <Paper component="section" withBorder p="lg">
      <Title order={2} size="h4" mb="md">
        {t('simulator.title')}
      </Title>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('simulator.words')}</Text>
        <Radio.Group
          label={t('simulator.who')}
          value={turnout}
          onChange={(value) => setTurnout(Turnout.parse(value))}
        >
          <Stack gap="xs" mt="xs">
            {Turnout.options.map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`simulator.turnouts.${one}`)}
                description={t(`simulator.outcomes.${one}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <FormError error={act.error} />
        <Button
          loading={act.isRunning || holds.isLoading}
          onClick={() => void act.run({ params: { sessionId }, body: { turnout } })}
        >
          {t('simulator.play')}
        </Button>
        <Text size="sm">{t('simulator.terminal')}</Text>
        <Code block style={{ maxWidth: '100%', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          npm run rollcall -- class play --session {sessionId} --explain
        </Code>
      </Stack>
    </Paper>
  );
}
