import type { Analytics } from '@rollcall/contracts/api/revenue';
import { useLanguage, useWords } from '../../words/words.js';
import { useTaught } from '../use-taught.js';
import type { By } from './range.js';

type Slice = Analytics['data'][number];

export interface NamedSlice extends Slice {
  readonly name: string;
}

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
const MONTH: Intl.DateTimeFormatOptions = { month: 'long', year: 'numeric' };

/** What a slice is called: its day, the Monday of its week, its month; or its course. */
export function useSliceName(by: By): (slice: Slice) => string {
  const t = useWords('teacher');
  const { locale } = useLanguage();
  const { titleOf } = useTaught();
  // Of the local date on which it begins; told in UTC so that it stays that date.
  const words = new Intl.DateTimeFormat(locale, { ...(by === 'month' ? MONTH : DAY), timeZone: 'UTC' });
  return ({ period, courseId }) => {
    if (period !== null) return words.format(new Date(`${period}T00:00:00Z`));
    if (courseId === null) return t('earnings.referrals');
    return titleOf(courseId) ?? t('earnings.otherCourse');
  };
}
