/** Everything the wallet reacts to. Queue and bindings follow from the same list in contracts' topology. */
import {
  lessonReserved,
  subscriptionCancelled,
  subscriptionExpired,
  subscriptionRenewed,
  subscriptionStarted,
} from '@rollcall/contracts/events/billing';
import { expiryRequested, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { type Consumer, onBatch } from '@rollcall/kit/consumer';
import { correctHolds } from './use-cases/correct-holds.js';
import { endHolds } from './use-cases/end-holds.js';
import { expirePurchases } from './use-cases/expire-purchases.js';
import { hearOfPeriods } from './use-cases/hear-of-periods.js';
import { cardEvents, moveCards } from './use-cases/move-card-money.js';
import { placeHolds } from './use-cases/place-holds.js';
import { placeReserved } from './use-cases/place-lessons.js';
import { rememberUsers } from './use-cases/remember-users.js';
import { takeOfPeriods, takings } from './use-cases/take-of-periods.js';

export const consumers: readonly Consumer[] = [
  onBatch([userRegistered, userUpdated, userSuspended], rememberUsers),
  onBatch(purchaseRequested, placeHolds),
  onBatch(expiryRequested, expirePurchases),
  onBatch([holdReleased, holdRefunded], endHolds),
  onBatch(holdCorrected, correctHolds),
  onBatch(cardEvents, moveCards),
  onBatch(
    [subscriptionStarted, subscriptionRenewed, subscriptionCancelled, subscriptionExpired],
    hearOfPeriods,
  ),
  onBatch(lessonReserved, placeReserved),
  onBatch(takings, takeOfPeriods),
];
