import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { listAttendance } from '@rollcall/contracts/api/attendance';
import type { Session } from '@rollcall/contracts/api/enrollment';
import { type Hold, readPolicyInForce } from '@rollcall/contracts/api/settlement';
import type { ReactNode } from 'react';
import { useList, useRead } from '../api/read.js';
import { endOf } from '../parts/course.js';
import { DecisionSteps } from '../parts/decision-steps.js';
import { clockOf } from '../parts/duration.js';
import { Money } from '../parts/money.js';
import { ErrorState, LoadingState } from '../parts/states.js';
import { TimeLine } from '../parts/time-line.js';
import { useWords } from '../words/words.js';

type Decision = NonNullable<Hold['decision']>;

interface ReceiptProps {
  readonly hold: Hold;
  readonly decision: Decision;
  readonly session: Session;
}

/** The receipt of attendance: when one was there, what was asked, what it came to, and each step of the sum. */
export function Receipt({ decision, session }: ReceiptProps) {
  const t = useWords('student');
  return (
    <Paper component="section" withBorder p="lg">
      <Title order={2} size="h4" mb="md">
        {t('receipt.title')}
      </Title>
      <Stack>
        {decision.attendance && <Presence session={session} decision={decision} />}
        <Sum decision={decision} />
        <div>
          <Title order={3} size="h5" mb="xs">
            {t('receipt.steps')}
          </Title>
          <DecisionSteps steps={decision.steps} />
        </div>
        <Text size="xs" c="dimmed">
          {t('receipt.policy', { version: decision.policyVersion })}
        </Text>
      </Stack>
    </Paper>
  );
}

/** Records of a course are few: the newest hundred have this one unless it is older than a hundred classes. */
function usePresence({ courseId, id }: Session) {
  const list = useList(listAttendance, { query: { courseId, limit: 100 } });
  return { ...list, record: list.rows.find(({ sessionId }) => sessionId === id) };
}

function Presence({ session, decision }: Omit<ReceiptProps, 'hold'>) {
  const t = useWords('student');
  const { record, isLoading, error, retry } = usePresence(session);
  const { data: policy } = useRead(readPolicyInForce, {});
  const threshold =
    policy?.version === decision.policyVersion ? Math.round(policy.thresholdPercent * 100) : undefined;
  const seen = decision.attendance!;
  if (isLoading) return <LoadingState rows={2} />;
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        {t('receipt.presence')}
      </Title>
      {error ? <ErrorState error={error} retry={retry} /> : null}
      <TimeLine
        label={t('receipt.presence')}
        from={session.startsAt}
        to={endOf(session)}
        intervals={record?.intervals ?? []}
        threshold={threshold}
      />
      <Text mt="xs">
        {t('receipt.there', {
          time: clockOf(seen.seconds),
          of: clockOf(seen.scheduledSeconds),
          percent: seen.percent,
        })}
      </Text>
      {threshold !== undefined && (
        <Text size="sm" c="dimmed">
          {t('receipt.threshold', { percent: threshold / 100 })}
        </Text>
      )}
    </div>
  );
}

function Sum({ decision }: { readonly decision: Decision }) {
  const t = useWords('student');
  return (
    <SimpleGrid cols={{ base: 2, sm: 3 }}>
      <Fact title={t('receipt.outcome')}>{t(`receipt.is.${decision.outcome}`)}</Fact>
      <Fact title={t('receipt.teacher')}>
        <Money value={decision.teacher} />
      </Fact>
      <Fact title={t('receipt.back')}>
        <Money value={decision.refund} />
      </Fact>
    </SimpleGrid>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="div" fw={600}>
        {children}
      </Text>
    </div>
  );
}
