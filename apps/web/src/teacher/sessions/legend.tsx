import { Box, Group, Text } from '@mantine/core';
import { useWords } from '../../words/words.js';
import { sampleOf } from './presence-bar.js';
import classes from './presence-bar.module.css';

const ENDS = [
  ['exact', 'legend'],
  ['open', 'legendOpen'],
  ['bounded', 'legendBounded'],
] as const;

/** What the bars' colours mean. */
export function Legend() {
  const t = useWords('teacher');
  return (
    <Group gap="md">
      {ENDS.map(([end, words]) => (
        <Group key={end} gap={6} wrap="nowrap">
          <Box className={classes.sample} aria-hidden="true">
            <Box className={sampleOf(end)} />
          </Box>
          <Text size="xs">{t(`roster.${words}`)}</Text>
        </Group>
      ))}
    </Group>
  );
}
