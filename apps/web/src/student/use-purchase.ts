import {
  listPurchases,
  listSessionPurchases,
  type Purchase,
  purchaseCourse,
  purchaseSession,
  readCourse,
} from '@rollcall/contracts/api/enrollment';
import { listHolds } from '@rollcall/contracts/api/settlement';
import { readWallet } from '@rollcall/contracts/api/wallet';
import { useNavigate } from 'react-router';
import { useAct } from '../api/act.js';
import type { Cart } from './buy.js';

export const pageOf = ({ kind, id }: Pick<Purchase, 'kind' | 'id'>): string =>
  `/student/purchases/${kind}/${id}`;

const CHANGES = { changes: [listPurchases, listSessionPurchases, listHolds, readWallet, readCourse] };

/** Buys what is in the cart for what it is shown to cost, and goes to the purchase, also to one whose outcome is still awaited. */
export function usePurchase({ course, session, price }: Cart, fundedBy: 'credits' | 'subscription') {
  const go = useNavigate();
  const onDone = ({ body }: { body: Purchase }) => void go(pageOf(body), { replace: true });
  const whole = useAct(purchaseCourse, { ...CHANGES, onDone });
  const one = useAct(purchaseSession, { ...CHANGES, onDone });
  const act = session === null ? whole : one;
  const body = fundedBy === 'credits' ? { fundedBy, price } : { fundedBy };
  const buy = () =>
    session === null
      ? whole.run({ params: { courseId: course.id }, body })
      : one.run({ params: { sessionId: session.id }, body });
  return { buy, isRunning: act.isRunning, error: act.error };
}
