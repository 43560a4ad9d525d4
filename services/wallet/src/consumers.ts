/** Everything the wallet reacts to. Queue and bindings follow from the same list in contracts' topology. */
import { expiryRequested, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { type Consumer, on, onBatch } from '@rollcall/kit/consumer';
import { endHolds } from './use-cases/end-holds.js';
import { expirePurchase } from './use-cases/expire-purchase.js';
import { placeHolds } from './use-cases/place-holds.js';
import { rememberUser } from './use-cases/remember-user.js';

export const consumers: readonly Consumer[] = [
  on(userRegistered, rememberUser),
  on(userUpdated, rememberUser),
  on(userSuspended, rememberUser),
  onBatch(purchaseRequested, placeHolds),
  on(expiryRequested, expirePurchase),
  onBatch([holdReleased, holdRefunded], endHolds),
];
