import { useWords } from '../../words/words.js';
import { instantOf } from '../days.js';

/** What is complained of before anything is sent: what no request could say. The rest is the API's to judge. */
export function useChecks() {
  const t = useWords('teacher');
  return {
    price: (amount: number | undefined, currency: string) =>
      amount === undefined ? t('course.amountNeeded', { currency }) : null,
    startsAt: (local: string) => (instantOf(local) === undefined ? t('sessionForm.startNeeded') : null),
  };
}
