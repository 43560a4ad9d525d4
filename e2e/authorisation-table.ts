/** Who may what, written down a second time and by hand: a route that lets others in than it should differs from it. */

export type Role = 'student' | 'teacher' | 'admin' | 'finance';
export type Place = 'draft' | 'session' | 'purchase' | 'enrollment' | 'hold';

export interface Expected {
  /** P public, H a signed webhook, any: everybody signed in; else the first letters of the roles. */
  readonly who: string;
  /** What of another's the route must not find, and who asks in vain: another one of each of these roles. */
  readonly another?: readonly [Place, ...Role[]];
  /** Sent along then: a body of the right shape, or its 400 would come before the 404. */
  readonly body?: object;
  /** What a webhook without a signature is answered; 401 unless said. */
  readonly unsigned?: number;
}

const price = { amount: 1, currency: 'USD' };
const startsAt = new Date(Date.now() + 86_400_000).toISOString();

/** As docs/security.md and the API's document have it. Without `another` there is nothing of anybody's to ask for. */
export const TABLE: Readonly<Record<string, Expected>> = {
  'post /auth/register': { who: 'P' },
  'post /auth/login': { who: 'P' },
  'post /auth/refresh': { who: 'P' },
  'post /auth/logout': { who: 'P' },
  'post /auth/logout-everywhere': { who: 'any' },
  'post /auth/password': { who: 'any' },
  'post /auth/password/forgot': { who: 'P' },
  'post /auth/password/reset': { who: 'P' },
  'post /auth/email/verify': { who: 'P' },
  'post /auth/email/verify/resend': { who: 'any' },
  'get /auth/me': { who: 'any' },
  'patch /auth/me': { who: 'any' },
  'get /.well-known/jwks.json': { who: 'P' },
  'get /admin/users': { who: 'A' },
  'get /admin/users/:id': { who: 'A' },
  'patch /admin/users/:id': { who: 'A' },
  'get /admin/audit': { who: 'A' },
  'get /finance/audit': { who: 'F' },

  'post /courses': { who: 'T' },
  'get /courses': { who: 'P' },
  'get /courses/:courseId': { who: 'P', another: ['draft', 'teacher', 'student', 'admin', 'finance'] },
  'patch /courses/:courseId': { who: 'T', another: ['draft', 'teacher'], body: { title: 'Mine now' } },
  'post /courses/:courseId/publish': { who: 'T', another: ['draft', 'teacher'] },
  'post /courses/:courseId/archive': { who: 'T', another: ['draft', 'teacher'] },
  'post /courses/:courseId/sessions': {
    who: 'T',
    another: ['draft', 'teacher'],
    body: { number: 2, title: 'Mine now', startsAt, price },
  },
  'patch /sessions/:sessionId': { who: 'T', another: ['session', 'teacher'], body: { title: 'Mine now' } },
  'post /sessions/:sessionId/cancel': { who: 'T', another: ['session', 'teacher'] },
  'get /teacher/sessions/:sessionId/roster': { who: 'T', another: ['session', 'teacher'] },
  'post /enrollments/courses/:courseId': { who: 'S', another: ['draft', 'student'] },
  'get /enrollments/:enrollmentId': { who: 'S', another: ['enrollment', 'student'] },
  'delete /enrollments/:enrollmentId': { who: 'S', another: ['enrollment', 'student'] },
  'post /enrollments/sessions/:sessionId/purchase': { who: 'S', another: ['draft', 'student'] },
  'get /enrollments/me': { who: 'S' },
  'get /enrollments/me/sessions': { who: 'S' },
  'get /enrollments/sessions/:purchaseId': { who: 'S', another: ['purchase', 'student'] },
  'delete /enrollments/sessions/:purchaseId': { who: 'S', another: ['purchase', 'student'] },
  'get /enrollments/sessions/:sessionId/access': {
    who: 'any',
    another: ['draft', 'student', 'teacher', 'admin', 'finance'],
  },
  'get /teacher/courses': { who: 'T' },

  'post /webhooks/livekit': { who: 'H' },
  'post /webhooks/course-attendance': { who: 'H' },
  'post /sessions/:sessionId/join': { who: 'ST', another: ['session', 'student', 'teacher'] },
  'get /attendance/sessions/:sessionId': { who: 'TA', another: ['session', 'teacher'] },
  'get /attendance/me': { who: 'S' },
  'post /admin/attendance/sessions/:sessionId/complete': { who: 'A' },
  'post /admin/attendance/sessions/:sessionId/corrections': { who: 'A' },

  'get /holds/me': { who: 'ST' },
  'get /holds/:holdId': { who: 'any', another: ['hold', 'student', 'teacher', 'finance'] },
  'get /settlements/sessions/:sessionId': { who: 'TA', another: ['session', 'teacher'] },
  'get /admin/holds': { who: 'A' },
  'post /admin/holds/:holdId/release': { who: 'A' },
  'post /admin/holds/:holdId/refund': { who: 'A' },
  'post /admin/holds/:holdId/split': { who: 'A' },
  'get /admin/reviews': { who: 'A' },
  'get /admin/reviews/:reviewId': { who: 'A' },
  'post /admin/reviews/:reviewId/apply': { who: 'A' },
  'post /admin/reviews/:reviewId/dismiss': { who: 'A' },

  'get /wallet/settings': { who: 'T' },
  'patch /wallet/settings': { who: 'T' },
  'post /withdrawals/request': { who: 'T' },
  'get /withdrawals/me': { who: 'T' },
  'get /withdrawals/:withdrawalId': { who: 'T' },
  'delete /withdrawals/:withdrawalId': { who: 'T' },
  'post /payouts': { who: 'T' },
  'get /payouts': { who: 'T' },
  'get /payouts/:withdrawalId': { who: 'T' },
  'delete /payouts/:withdrawalId': { who: 'T' },
  'get /admin/withdrawals': { who: 'A' },
  'get /admin/withdrawals/:withdrawalId': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/approve': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/process': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/complete': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/fail': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/reject': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/return': { who: 'A' },
  'post /admin/withdrawals/:withdrawalId/reveal': { who: 'A' },
  'get /admin/payouts': { who: 'A' },
  'get /admin/payouts/:withdrawalId': { who: 'A' },
  'post /admin/payouts/:withdrawalId/approve': { who: 'A' },
  'post /admin/payouts/:withdrawalId/process': { who: 'A' },
  'post /admin/payouts/:withdrawalId/complete': { who: 'A' },
  'post /admin/payouts/:withdrawalId/fail': { who: 'A' },
  'post /admin/payouts/:withdrawalId/reject': { who: 'A' },
  'post /admin/payouts/:withdrawalId/return': { who: 'A' },
  'post /admin/payouts/:withdrawalId/reveal': { who: 'A' },

  'get /revenue/teacher/summary': { who: 'T' },
  'get /revenue/teacher/transactions': { who: 'T' },
  'get /revenue/teacher/withdrawals': { who: 'T' },
  'get /wallet/analytics': { who: 'T' },
  'get /wallet/payout-readiness': { who: 'T' },
  'get /admin/wallets/:userId/payout-readiness': { who: 'A' },
  'post /admin/payout-batches': { who: 'A' },
  'get /admin/payout-batches': { who: 'A' },
  'get /admin/payout-batches/:batchId': { who: 'A' },
  'get /admin/payout-batches/:batchId/file': { who: 'A' },

  'get /wallet': { who: 'any' },
  'get /wallet/transactions': { who: 'any' },
  'post /admin/wallets/:userId/credit': { who: 'A' },
  'post /admin/wallets/:userId/debit': { who: 'A' },
  'post /admin/wallets/:userId/clawback': { who: 'A' },
  'post /admin/wallets/:userId/write-off': { who: 'A' },
  'get /admin/wallets/:userId': { who: 'A' },
  'get /admin/debts': { who: 'A' },

  'post /payments/intent': { who: 'S' },
  'post /payments/:paymentId/confirm': { who: 'S' },
  'get /payments': { who: 'S' },
  'get /payments/:paymentId': { who: 'S' },
  'post /payments/:paymentId/refund': { who: 'S' },
  'post /payments/methods': { who: 'S' },
  'get /payments/methods': { who: 'S' },
  'patch /payments/methods/:methodId/default': { who: 'S' },
  'delete /payments/methods/:methodId': { who: 'S' },
  'post /webhooks/stripe': { who: 'H', unsigned: 400 },

  'get /finance/reconciliation': { who: 'FA' },
  'post /finance/reconciliation': { who: 'FA' },
  'get /finance/ledger': { who: 'FA' },
  'get /finance/trial-balance': { who: 'FA' },
  'get /finance/verify': { who: 'FA' },
  'get /finance/solvency': { who: 'FA' },
  'get /finance/solvency/history': { who: 'FA' },
};
