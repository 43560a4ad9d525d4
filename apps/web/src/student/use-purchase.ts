import {
  listPurchases,
  listSessionPurchases,
  type Purchase,
  purchaseCourse,
  purchaseSession,
} from '@rollcall/contracts/api/enrollment';
import { listHolds } from '@rollcall/contracts/api/settlement';
import { readWallet } from '@rollcall/contracts/api/wallet';
import { useNavigate } from 'react-router';
import { useAct } from '../api/act.js';
import type { Cart } from './buy.js';

export const pageOf = ({ kind, id }: Pick<Purchase, 'kind' | 'id'>): string =>
  `/student/purchases/${kind}/${id}`;

const CHANGES = { changes: [listPurchases, listSessionPurchases, listHolds, readWallet] };

/** Buys what is in the cart and goes to the purchase, also to one whose outcome is still awaited. */
export function usePurchase({ course, session }: Cart, fundedBy: 'credits' | 'subscription') {
  const go = useNavigate();
  const onDone = ({ body }: { body: Purchase }) => void go(pageOf(body), { replace: true });
  const whole = useAct(purchaseCourse, { ...CHANGES, onDone });
  const one = useAct(purchaseSession, { ...CHANGES, onDone });
  const act = session === null ? whole : one;
  const buy = () =>
    session === null
      ? whole.run({ params: { courseId: course.id }, body: { fundedBy } })
      : one.run({ params: { sessionId: session.id }, body: { fundedBy } });
  return { buy, isRunning: act.isRunning, error: act.error };
}
