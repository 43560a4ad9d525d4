import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { DecisionSteps } from '../parts/decision-steps.js';
import { Money } from '../parts/money.js';
import { StateBadge } from '../parts/state-badge.js';
import { useWords } from '../words/words.js';

type Decision = NonNullable<Hold['decision']>;

/** A decision with its parts and each step of the sum, as settlement says them. */
export function DecisionView({ decision }: { readonly decision: Decision }) {
  const t = useWords('admin');
  const parts = ['teacher', 'commission', 'referral', 'refund'] as const;
  return (
    <Stack gap="sm">
      <Text component="div" size="sm">
        <StateBadge state={decision.outcome} />{' '}
        {t(`decision.reasons.${decision.reason as 'attended'}`, { defaultValue: decision.reason })},{' '}
        {t('decision.policy', { version: decision.policyVersion })}
      </Text>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {parts.map((part) => (
          <Stack key={part} gap={0}>
            <Text size="xs" c="dimmed">
              {t(`parts.${part}`)}
            </Text>
            <Text fw={600} component="div">
              <Money value={decision[part]} />
            </Text>
          </Stack>
        ))}
      </SimpleGrid>
      <DecisionSteps steps={decision.steps} />
    </Stack>
  );
}
