import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { Money } from '../parts/money.js';
import { useWords } from '../words/words.js';

/** Money, or lessons where a subscription paid. */
export function PriceOf({ purchase }: { readonly purchase: Purchase }) {
  const t = useWords('student');
  if (purchase.lessons === null) return <Money value={purchase.price} />;
  return <>{t('purchase.lessons', { count: purchase.lessons.booked })}</>;
}
