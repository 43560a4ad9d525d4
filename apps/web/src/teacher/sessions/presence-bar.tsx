import { Box } from '@mantine/core';
import { useWhen } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { type Attendance, type Frame, placeOf, type Segment, segmentsOf } from './bar.js';
import classes from './presence-bar.module.css';

interface PresenceBarProps {
  readonly name: string;
  /** None: nothing is known of him. */
  readonly record: Attendance | undefined;
  readonly frame: Frame;
  readonly now: number;
}

/** When somebody was in the room, drawn on the length of the class; for who hears the page in words. */
export function PresenceBar({ name, record, frame, now }: PresenceBarProps) {
  const label = useLabel(name, record);
  const start = record ? placeOf(Date.parse(record.startsAt), frame) : 0;
  const segments = record ? segmentsOf(record, frame, now) : [];
  return (
    <Box className={classes.bar} role="img" aria-label={label} title={label}>
      {start > 0 && <Box className={classes.edge} style={{ insetInlineStart: `${start}%` }} />}
      {segments.map((segment) => (
        <Box
          key={segment.left}
          className={classes[segment.end]}
          style={{ insetInlineStart: `${segment.left}%`, width: `max(3px, ${segment.width}%)` }}
        />
      ))}
    </Box>
  );
}

/** Names the colours of the bars. */
export const sampleOf = (end: Segment['end']): string | undefined => classes[end];

function useLabel(name: string, record: Attendance | undefined): string {
  const t = useWords('teacher');
  const when = useWhen();
  if (record === undefined || (record.intervals.length === 0 && !record.inRoom))
    return t('roster.barNobody', { name });
  const spans: string[] = record.intervals.map(({ from, to }) =>
    t('roster.span', { from: when(from, 'time'), to: when(to, 'time') }),
  );
  if (record.inRoom) spans.push(t('roster.legendOpen'));
  return t('roster.barLabel', { name, spans: spans.join(', ') });
}
