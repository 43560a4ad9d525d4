import { Text } from '@mantine/core';
import { clockOf } from '../../parts/duration.js';
import { useLanguage, useWords } from '../../words/words.js';
import type { Attendance } from './bar.js';

/** How long somebody was there, of the class's length, and how sure that is. */
export function TimeInRoom({ record }: { readonly record: Attendance | undefined }) {
  const t = useWords('teacher');
  const { locale } = useLanguage();
  const isAhead = record?.version === 0 && !record.inRoom && record.intervals.length === 0;
  if (record === undefined || isAhead)
    return (
      <Text span inherit>
        –
      </Text>
    );
  const { seconds, maxSeconds, percentBasisPoints, confidence, inRoom } = record;
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const isSure = seconds === maxSeconds || inRoom;
  return (
    <div>
      <Text span inherit>
        {clockOf(seconds)}
      </Text>
      <Text size="xs" c="dimmed">
        {share.format(percentBasisPoints / 10_000)}
        {!isSure && `, ${t('roster.atMost', { seconds: clockOf(maxSeconds) })}`}
        {confidence === 'corrected' && `, ${t('roster.confidence.corrected')}`}
      </Text>
    </div>
  );
}
