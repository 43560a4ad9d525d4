/** Of which events users are told while they look, and what: the feed behind `GET /events`. */
import type { DataOf, EventType } from '@rollcall/contracts/event';
import * as attendance from '@rollcall/contracts/events/attendance';
import * as billing from '@rollcall/contracts/events/billing';
import * as enrollment from '@rollcall/contracts/events/enrollment';
import * as identity from '@rollcall/contracts/events/identity';
import * as settlement from '@rollcall/contracts/events/settlement';
import * as wallet from '@rollcall/contracts/events/wallet';
import * as news from './domain/news.js';

type NewsOf = (data: unknown) => readonly news.News[];

const told = <Type extends EventType>(
  newsOf: (data: DataOf<Type>) => readonly news.News[],
  ...types: readonly Type[]
): [string, NewsOf][] => types.map(({ type }) => [type, newsOf as NewsOf]);

/** By event type. */
export const newsOf: ReadonlyMap<string, NewsOf> = new Map([
  ...told(news.account, identity.userUpdated, identity.userSuspended),
  ...told(
    news.sessionChanged,
    enrollment.sessionScheduled,
    enrollment.sessionRescheduled,
    enrollment.sessionCancelled,
  ),
  ...told(news.purchaseMade, enrollment.purchaseActivated),
  ...told(news.purchaseUndone, enrollment.purchaseCancelled),
  ...told(news.purchaseRefused, enrollment.purchaseDeclined, enrollment.purchaseExpired),
  ...told(news.classSeen, attendance.sessionStarted),
  ...told(news.classSeen, attendance.sessionCompleted, attendance.attendanceAmended),
  ...told(news.holdEnded, settlement.holdReleased, settlement.holdRefunded),
  ...told(news.holdEnded, settlement.holdCorrected),
  ...told(news.hold, settlement.holdUnderReview),
  ...told(news.hold, settlement.holdDisputed),
  ...told(news.hold, settlement.disputeOpened),
  ...told(news.hold, settlement.disputeResolved),
  ...told(news.sessionJudged, settlement.sessionSettled),
  ...told(news.paidOut, wallet.holdPaid),
  ...told(
    news.withdrawal,
    wallet.withdrawalRequested,
    wallet.withdrawalApproved,
    wallet.withdrawalProcessing,
    wallet.withdrawalCompleted,
    wallet.withdrawalReturned,
    wallet.withdrawalFailed,
    wallet.withdrawalRejected,
    wallet.withdrawalCancelled,
  ),
  ...told(news.payoutSettings, wallet.bankAccountChanged),
  ...told(news.balance, wallet.creditsDeposited),
  ...told(news.balance, wallet.debtOpened),
  ...told(news.balance, wallet.debtRepaid),
  ...told(news.payment, billing.paymentSucceeded),
  ...told(news.payment, billing.paymentFailed),
  ...told(news.payment, wallet.refundRefused),
  ...told(news.paymentTakenBack, wallet.refundReserved),
  ...told(news.paymentTakenBack, billing.paymentRefunded, billing.refundFailed),
  ...told(news.paymentTakenBack, billing.paymentDisputed),
  ...told(news.paymentTakenBack, billing.disputeClosed),
  ...told(
    news.subscription,
    billing.subscriptionStarted,
    billing.subscriptionRenewed,
    billing.subscriptionPastDue,
    billing.subscriptionCancelled,
    billing.subscriptionExpired,
  ),
  ...told(news.invoice, billing.invoiceIssued),
  ...told(news.invoice, billing.invoicePaid),
  ...told(news.invoice, billing.invoiceOverdue),
  ...told(news.invoice, billing.invoiceVoided),
]);
