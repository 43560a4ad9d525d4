import { Box, Group, Text } from '@mantine/core';
import { useWords } from '../words/words.js';
import { clockOf } from './duration.js';
import { spansOf } from './spans.js';
import { useWhen } from './when.js';

interface TimeLineProps {
  readonly label: string;
  /** The class as scheduled. */
  readonly from: string;
  readonly to: string;
  readonly intervals: readonly { readonly from: string; readonly to: string }[];
  /** Basis points of the class's length that are enough, drawn as a mark from its start. */
  readonly threshold?: number;
}

/** When somebody was in the room, as bars on the class's length; said in words too. */
export function TimeLine({ label, from, to, intervals, threshold }: TimeLineProps) {
  const t = useWords('common');
  const when = useWhen();
  const { spans, seconds } = spansOf({ from, to }, intervals);
  const words = intervals.map((one) => `${when(one.from, 'time')} – ${when(one.to, 'time')}`).join(', ');
  return (
    <Box role="img" aria-label={`${label}: ${words || t('timeLine.nobody')}`}>
      <Box
        pos="relative"
        h={28}
        bg="var(--mantine-color-default-hover)"
        style={{ borderRadius: 6, overflow: 'hidden' }}
      >
        {spans.map(({ start, length }) => (
          <Box
            key={start}
            pos="absolute"
            top={0}
            h="100%"
            left={`${start}%`}
            w={`max(2px, ${length}%)`}
            bg="var(--mantine-primary-color-filled)"
          />
        ))}
        {threshold !== undefined && (
          <Box
            pos="absolute"
            top={0}
            h="100%"
            left={`${threshold / 100}%`}
            style={{ borderInlineStart: '2px dashed var(--mantine-color-text)' }}
          />
        )}
      </Box>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">
          {when(from, 'time')}
        </Text>
        <Text size="xs" fw={600} className="numbers">
          {clockOf(seconds)}
        </Text>
        <Text size="xs" c="dimmed">
          {when(to, 'time')}
        </Text>
      </Group>
    </Box>
  );
}
