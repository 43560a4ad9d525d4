import { Group, SimpleGrid, Text } from '@mantine/core';
import { useWords } from '../words/words.js';
import { Condition } from './condition.js';
import { type Circuit, worstCircuits } from './health.js';

/** Who calls whom, and whether calls go through. */
export function Breakers({ circuits }: { readonly circuits: readonly Circuit[] }) {
  const t = useWords('system');
  return (
    <SimpleGrid
      cols={{ base: 1, xs: 2, md: 3 }}
      spacing="xs"
      component="ul"
      p={0}
      m={0}
      style={{ listStyle: 'none' }}
    >
      {worstCircuits(circuits).map(({ from, to, state }) => (
        <Group component="li" key={`${from} ${to}`} gap="xs" wrap="nowrap" data-breaker={`${from} ${to}`}>
          <Condition of={state} />
          <Text size="sm" component="span">
            {t('breakers.pair', { from, to })}
          </Text>
        </Group>
      ))}
    </SimpleGrid>
  );
}
