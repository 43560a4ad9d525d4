/**
 * Who hears what: the one place from which exchanges, queues and bindings follow. A service's list of consumers must
 * equal its row here; docs/events.md is generated from it.
 */
import type { EventType } from './event.js';
import * as attendance from './events/attendance.js';
import * as billing from './events/billing.js';
import * as enrollment from './events/enrollment.js';
import * as identity from './events/identity.js';
import { entrySealed, LEDGER_STREAM } from './events/ledger.js';
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
const { cancellationDecided, holdDisputed } = settlement;
const { creditsDeposited, refundReserved, refundRefused } = wallet;
const { paymentSucceeded, refundRequested, paymentRefunded, refundFailed } = billing;
const { paymentDisputed, disputeClosed, billingAudited } = billing;
const { subscriptionStarted, subscriptionRenewed, subscriptionCancelled, subscriptionExpired } = billing;
const { lessonReserved, lessonDeclined, periodTakenBack, periodGivenBack } = billing;

export const hearers: Readonly<Record<string, readonly EventType[]>> = {
  identity: [walletAudited, attendanceAudited, settlementAudited, billingAudited],
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
    holdDisputed,
    cancellationDecided,
    creditsDeposited,
    lessonDeclined,
    userRegistered,
    userUpdated,
    userSuspended,
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
    subscriptionStarted,
    subscriptionRenewed,
    subscriptionCancelled,
    subscriptionExpired,
    lessonReserved,
    periodTakenBack,
    periodGivenBack,
  ],
  notification: [
    userRegistered,
    userUpdated,
    userSuspended,
    identity.emailVerificationRequested,
    identity.passwordResetRequested,
    sessionScheduled,
    sessionRescheduled,
    sessionCancelled,
    purchaseActivated,
    enrollment.purchaseDeclined,
    enrollment.purchaseExpired,
    purchaseCancelled,
    holdRefunded,
    holdReleased,
    holdUnderReview,
    holdDisputed,
    holdCorrected,
    settlement.sessionSettled,
    settlement.disputeOpened,
    settlement.disputeResolved,
    wallet.withdrawalRequested,
    wallet.withdrawalApproved,
    wallet.withdrawalProcessing,
    wallet.withdrawalCompleted,
    wallet.withdrawalReturned,
    wallet.withdrawalFailed,
    wallet.withdrawalRejected,
    wallet.withdrawalCancelled,
    billing.paymentSucceeded,
    billing.paymentFailed,
    billing.paymentRefunded,
    billing.refundFailed,
    billing.invoiceIssued,
    billing.subscriptionStarted,
    billing.subscriptionRenewed,
    billing.subscriptionPastDue,
    billing.subscriptionCancelled,
    billing.subscriptionExpired,
    billing.invoicePaid,
    billing.invoiceOverdue,
    billing.invoiceVoided,
    wallet.bankAccountChanged,
    wallet.debtOpened,
    wallet.debtRepaid,
    holdPaid,
    creditsDeposited,
    refundReserved,
    refundRefused,
    sessionStarted,
    sessionCompleted,
    attendanceAmended,
    paymentDisputed,
    disputeClosed,
  ],
  billing: [
    userRegistered,
    userUpdated,
    userSuspended,
    refundReserved,
    refundRefused,
    purchaseRequested,
    fundsDeclined,
    holdReleased,
    holdRefunded,
    holdCorrected,
  ],
};

/**
 * Said already and heard by nobody yet, with the services that are to hear it. A type leaves this list with its first
 * hearer above.
 */
export const awaitedBy: Readonly<Record<string, readonly string[]>> = {};

/** Streams, and what each carries: published there alone, for hearers that go back in it. */
export const carriedBy: Readonly<Record<string, EventType>> = { [LEDGER_STREAM]: entrySealed };
export const streams: readonly string[] = Object.keys(carriedBy);

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
