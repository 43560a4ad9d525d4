import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { fundsDeclined, refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import { type Consumer, on, onBatch } from '@rollcall/kit/consumer';
import { knowPayers } from './use-cases/know-payers.js';
import { refuseRefund, reserveRefund } from './use-cases/refund-payment.js';
import { reserveLessons } from './use-cases/reserve-lessons.js';
import { decisions, returnDeclined, settleLessons } from './use-cases/settle-lessons.js';

/** Everything billing reacts to. */
export const consumers: readonly Consumer[] = [
  onBatch([userRegistered, userUpdated, userSuspended], knowPayers),
  on(refundReserved, reserveRefund),
  on(refundRefused, refuseRefund),
  onBatch(purchaseRequested, reserveLessons),
  onBatch(fundsDeclined, returnDeclined),
  onBatch(decisions, settleLessons),
];
