/**
 * Who hears what: the one place from which exchanges, queues and bindings follow. A service's list of consumers must
 * equal its row here; docs/events.md is generated from it.
 */
import type { EventType } from './event.js';
import * as attendance from './events/attendance.js';
import * as billing from './events/billing.js';
import * as enrollment from './events/enrollment.js';
import * as identity from './events/identity.js';
import * as settlement from './events/settlement.js';
import * as wallet from './events/wallet.js';

const { userRegistered, userUpdated, userSuspended } = identity;
const { sessionScheduled, sessionRescheduled, sessionCancelled } = enrollment;
const { purchaseRequested, purchaseActivated, expiryRequested } = enrollment;
const { cancellationRequested, purchaseCancelled } = enrollment;
const { fundsHeld, fundsDeclined, holdPaid, walletAudited } = wallet;
const { sessionStarted, sessionCompleted, attendanceAmended, attendanceAudited } = attendance;
const { holdReleased, holdRefunded, holdCorrected, holdUnderReview, settlementAudited, resultRequested } =
  settlement;
const { cancellationDecided } = settlement;
const { creditsDeposited, refundReserved, refundRefused } = wallet;
const { paymentSucceeded, refundRequested, paymentRefunded, refundFailed } = billing;
const { paymentDisputed, disputeClosed } = billing;

export const hearers: Readonly<Record<string, readonly EventType[]>> = {
  identity: [walletAudited, attendanceAudited, settlementAudited],
  enrollment: [
    fundsHeld,
    fundsDeclined,
    holdPaid,
    sessionStarted,
    sessionCompleted,
    attendanceAmended,
    holdReleased,
    holdRefunded,
    holdCorrected,
    holdUnderReview,
    cancellationDecided,
    creditsDeposited,
  ],
  attendance: [
    sessionScheduled,
    sessionRescheduled,
    sessionCancelled,
    purchaseActivated,
    purchaseCancelled,
    holdRefunded,
    resultRequested,
  ],
  settlement: [
    userRegistered,
    userUpdated,
    userSuspended,
    sessionScheduled,
    sessionRescheduled,
    sessionCancelled,
    fundsHeld,
    cancellationRequested,
    sessionStarted,
    sessionCompleted,
    attendanceAmended,
    holdPaid,
  ],
  wallet: [
    userRegistered,
    userUpdated,
    userSuspended,
    purchaseRequested,
    expiryRequested,
    holdReleased,
    holdRefunded,
    holdCorrected,
    paymentSucceeded,
    refundRequested,
    paymentRefunded,
    refundFailed,
    paymentDisputed,
    disputeClosed,
  ],
  billing: [refundReserved, refundRefused],
};

/**
 * Said already and heard by nobody yet, with the services that are to hear it. A type leaves this list with its first
 * hearer above.
 */
export const awaitedBy: Readonly<Record<string, readonly string[]>> = {
  [identity.passwordResetRequested.type]: ['notification'],
  [identity.emailVerificationRequested.type]: ['notification'],
  [enrollment.purchaseDeclined.type]: ['notification', 'billing'],
  [enrollment.purchaseExpired.type]: ['notification', 'billing'],
  [settlement.sessionSettled.type]: ['enrollment', 'notification'],
  [billing.paymentFailed.type]: ['notification'],
  [wallet.debtOpened.type]: ['notification'],
  [wallet.debtRepaid.type]: ['notification'],
  [wallet.bankAccountChanged.type]: ['notification'],
  [wallet.withdrawalRequested.type]: ['notification'],
  [wallet.withdrawalApproved.type]: ['notification'],
  [wallet.withdrawalProcessing.type]: ['notification'],
  [wallet.withdrawalCompleted.type]: ['notification'],
  [wallet.withdrawalReturned.type]: ['notification'],
  [wallet.withdrawalFailed.type]: ['notification'],
  [wallet.withdrawalRejected.type]: ['notification'],
  [wallet.withdrawalCancelled.type]: ['notification'],
};

/** Every event type there is, by producer, in the order of the catalogue. */
export const catalogue: readonly EventType[] = [
  identity,
  enrollment,
  attendance,
  settlement,
  wallet,
  billing,
].flatMap((module) => Object.values(module).filter(isEventType));

function isEventType(value: unknown): value is EventType {
  return typeof value === 'object' && value !== null && 'says' in value && 'subject' in value;
}

/** Is anybody bound to this type? Only then must a publish be routed. */
export const hasHearer = (type: string): boolean =>
  Object.values(hearers).some((types) => types.some((heard) => heard.type === type));
