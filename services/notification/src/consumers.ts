import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import * as attendance from '@rollcall/contracts/events/attendance';
import * as billing from '@rollcall/contracts/events/billing';
import * as enrollment from '@rollcall/contracts/events/enrollment';
import * as identity from '@rollcall/contracts/events/identity';
import * as settlement from '@rollcall/contracts/events/settlement';
import * as wallet from '@rollcall/contracts/events/wallet';
import { type Consumer, lingering, onBatch } from '@rollcall/kit/consumer';
import * as occasions from './domain/occasions.js';
import { newsOf } from './told.js';
import { giveSeats, keepNewest, takeRefunded, takeSeats } from './use-cases/keep-seats.js';
import { knowContacts } from './use-cases/know-contacts.js';
import { knowSessions } from './use-cases/know-sessions.js';
import { tellingPeople } from './use-cases/tell-people.js';
import { type Before, writeLetters } from './use-cases/write-letters.js';

/** Milliseconds: nobody waits for a letter, and who looks on hardly notices; the processor is left to those who move the money. */
const PATIENCE = 250;

const letter = <Type extends EventType>(
  type: Type,
  plan: (event: Envelope<DataOf<Type>>) => readonly occasions.Plan[],
  before?: Before<DataOf<Type>>,
): Consumer => lingering(PATIENCE, onBatch(type, writeLetters<Type>(plan, before)));

/** Everything notification reacts to. `reminderHours`: how long before a session its students are reminded. */
export const consumers = (reminderHours: number): Consumer[] =>
  [...letters(reminderHours), ...forTheFeedAlone].map((consumer) => tellingPeople(newsOf, consumer));

/** Of these no letter is written. */
const forTheFeedAlone = [
  wallet.holdPaid,
  wallet.creditsDeposited,
  wallet.refundReserved,
  wallet.refundRefused,
  attendance.sessionStarted,
  attendance.sessionCompleted,
  attendance.attendanceAmended,
  settlement.holdDisputed,
  billing.paymentDisputed,
  billing.disputeClosed,
].map((type) =>
  lingering(
    PATIENCE,
    onBatch<EventType>(type, async () => []),
  ),
);

const letters = (reminderHours: number): Consumer[] => [
  onBatch([identity.userRegistered, identity.userUpdated, identity.userSuspended], knowContacts),
  onBatch(
    [enrollment.sessionScheduled, enrollment.sessionRescheduled, enrollment.sessionCancelled],
    knowSessions,
  ),
  letter(identity.emailVerificationRequested, occasions.secretLetter('email-verification')),
  letter(identity.passwordResetRequested, occasions.secretLetter('password-reset')),
  letter(enrollment.purchaseActivated, occasions.purchaseMade, giveSeats(reminderHours)),
  letter(enrollment.purchaseDeclined, occasions.purchaseRefused),
  letter(enrollment.purchaseExpired, occasions.purchaseGivenUp),
  letter(enrollment.purchaseCancelled, occasions.purchaseUndone, takeSeats),
  letter(settlement.holdRefunded, occasions.refunded, takeRefunded),
  letter(settlement.holdReleased, occasions.refunded),
  letter(settlement.holdUnderReview, occasions.inDoubt),
  letter(settlement.holdCorrected, occasions.corrected),
  letter(settlement.disputeOpened, occasions.disputed),
  letter(settlement.disputeResolved, occasions.disputeDecided),
  letter(settlement.sessionSettled, occasions.settled, keepNewest),
  letter(wallet.withdrawalRequested, occasions.withdrawalLetter('withdrawal-requested')),
  letter(wallet.withdrawalApproved, occasions.withdrawalLetter('withdrawal-approved')),
  letter(wallet.withdrawalProcessing, occasions.withdrawalLetter('withdrawal-processing')),
  letter(wallet.withdrawalCompleted, occasions.withdrawalLetter('withdrawal-completed')),
  letter(wallet.withdrawalReturned, occasions.withdrawalLetter('withdrawal-returned')),
  letter(wallet.withdrawalFailed, occasions.withdrawalLetter('withdrawal-failed')),
  letter(wallet.withdrawalRejected, occasions.withdrawalLetter('withdrawal-rejected')),
  letter(wallet.withdrawalCancelled, occasions.withdrawalLetter('withdrawal-cancelled')),
  letter(billing.paymentSucceeded, occasions.paid),
  letter(billing.paymentFailed, occasions.notPaid),
  letter(billing.paymentRefunded, occasions.cardRefund('payment-refunded')),
  letter(billing.refundFailed, occasions.cardRefund('payment-refund-failed')),
  letter(billing.invoiceIssued, occasions.invoiced),
  letter(billing.subscriptionStarted, occasions.subscriptionLetter('subscription-started')),
  letter(billing.subscriptionRenewed, occasions.subscriptionLetter('subscription-renewed')),
  letter(billing.subscriptionPastDue, occasions.subscriptionLetter('subscription-past-due')),
  letter(billing.subscriptionCancelled, occasions.subscriptionLetter('subscription-cancelled')),
  letter(billing.subscriptionExpired, occasions.subscriptionLetter('subscription-expired')),
  letter(billing.invoicePaid, occasions.invoiceSettled),
  letter(billing.invoiceOverdue, occasions.invoiceLate),
  letter(billing.invoiceVoided, occasions.invoiceCalledBack),
  letter(wallet.bankAccountChanged, occasions.bankChanged),
  letter(wallet.debtOpened, occasions.debtLetter('debt-opened')),
  letter(wallet.debtRepaid, occasions.debtLetter('debt-repaid')),
];
