import { refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import { type Consumer, on } from '@rollcall/kit/consumer';
import { refuseRefund, reserveRefund } from './use-cases/refund-payment.js';

/** Everything billing reacts to. */
export const consumers: readonly Consumer[] = [
  on(refundReserved, reserveRefund),
  on(refundRefused, refuseRefund),
];
