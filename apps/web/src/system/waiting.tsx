/** What waits in front of a service, and what it has yet to say. */
import { Stack, Text } from '@mantine/core';
import type { ServiceState } from '@rollcall/contracts/api/system';
import type { ReactNode } from 'react';
import { useWords } from '../words/words.js';
import { useAge } from './age.js';
import { OUTBOX_LATE } from './health.js';

interface WaitingProps {
  readonly of: ServiceState;
}

/** Events that are not yet with the broker. */
export function Outbox({ of }: WaitingProps) {
  const t = useWords('system');
  const age = useAge();
  if (of.outbox === null) return <Nothing of={of} />;
  const { unpublished, oldestSeconds } = of.outbox;
  if (unpublished === 0) return <Calm>{t('waiting.nothing')}</Calm>;
  return (
    <Stack gap={2}>
      <span>{t('waiting.unpublished', { count: unpublished })}</span>
      <Line isBad={oldestSeconds > OUTBOX_LATE}>{t('waiting.oldest', { age: age(oldestSeconds) })}</Line>
    </Stack>
  );
}

/** Events kept for another try, and those that only a person can bring on. */
export function Inbox({ of }: WaitingProps) {
  const t = useWords('system');
  if (of.inbox === null) return <Nothing of={of} />;
  const { waiting, retrying, overdue, dead } = of.inbox;
  if (waiting + retrying + overdue + dead === 0) return <Calm>{t('waiting.nothing')}</Calm>;
  return (
    <Stack gap={2}>
      {waiting > 0 && <span>{t('waiting.waiting', { count: waiting })}</span>}
      {retrying > 0 && <span>{t('waiting.retrying', { count: retrying })}</span>}
      {overdue > 0 && <Line isBad>{t('waiting.overdue', { count: overdue })}</Line>}
      {dead > 0 && <Line isBad>{t('waiting.dead', { count: dead })}</Line>}
    </Stack>
  );
}

/** Messages at the broker. */
export function Queue({ of }: WaitingProps) {
  const t = useWords('system');
  if (of.queue === null) return <Nothing of={of} />;
  const { waiting, dead } = of.queue;
  if (waiting + dead === 0) return <Calm>{t('waiting.nothing')}</Calm>;
  return (
    <Stack gap={2}>
      {waiting > 0 && <span>{t('waiting.messages', { count: waiting })}</span>}
      {dead > 0 && <Line isBad>{t('waiting.dead', { count: dead })}</Line>}
    </Stack>
  );
}

/** No figure: nobody is there to ask, or the service has no such thing. */
function Nothing({ of: { name, replicas } }: WaitingProps) {
  const t = useWords('system');
  const isSilent = replicas.every(({ state }) => state === 'silent');
  if (isSilent) return <Line isBad>{t('waiting.unknown')}</Line>;
  return <Calm>{t(name === 'gateway' ? 'waiting.none' : 'waiting.notYet')}</Calm>;
}

const Calm = ({ children }: { readonly children: ReactNode }) => (
  <Text size="sm" component="span" c="dimmed">
    {children}
  </Text>
);

interface LineProps {
  readonly isBad?: boolean;
  readonly children: ReactNode;
}

const Line = ({ isBad = false, children }: LineProps) => (
  <Text
    size="sm"
    component="span"
    fw={isBad ? 600 : undefined}
    c={isBad ? 'var(--mantine-color-error)' : 'dimmed'}
  >
    {children}
  </Text>
);
