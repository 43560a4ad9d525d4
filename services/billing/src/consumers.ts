import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import { type Consumer, on, onBatch } from '@rollcall/kit/consumer';
import { knowPayers } from './use-cases/know-payers.js';
import { refuseRefund, reserveRefund } from './use-cases/refund-payment.js';

/** Everything billing reacts to. */
export const consumers: readonly Consumer[] = [
  onBatch([userRegistered, userUpdated, userSuspended], knowPayers),
  on(refundReserved, reserveRefund),
  on(refundRefused, refuseRefund),
];
