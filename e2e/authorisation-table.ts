/** Who may what, written down a second time and by hand: a route that lets others in than it should differs from it. */

export type Role = 'student' | 'teacher' | 'admin' | 'finance';
export type Place = 'draft' | 'session' | 'purchase' | 'hold';

export interface Expected {
  /** P public, H a signed webhook, any: everybody signed in; else the first letters of the roles. */
  readonly who: string;
  /** What of another's the route must not find, and who asks in vain: another one of each of these roles. */
  readonly another?: readonly [Place, ...Role[]];
}

/** As docs/security.md and the API's document have it. Without `another` there is nothing of anybody's to ask for. */
export const TABLE: Readonly<Record<string, Expected>> = {
  'post /auth/register': { who: 'P' },
  'post /auth/login': { who: 'P' },
  'post /auth/refresh': { who: 'P' },
  'post /auth/logout': { who: 'P' },
  'get /auth/me': { who: 'any' },
  'patch /auth/me': { who: 'any' },
  'get /.well-known/jwks.json': { who: 'P' },

  'post /courses': { who: 'T' },
  'get /courses': { who: 'P' },
  'get /courses/:courseId': { who: 'P', another: ['draft', 'teacher', 'student', 'admin', 'finance'] },
  'post /courses/:courseId/publish': { who: 'T', another: ['draft', 'teacher'] },
  'post /enrollments/sessions/:sessionId/purchase': { who: 'S', another: ['draft', 'student'] },
  'get /enrollments/me': { who: 'S' },
  'get /enrollments/me/sessions': { who: 'S' },
  'get /enrollments/sessions/:purchaseId': { who: 'S', another: ['purchase', 'student'] },
  'get /enrollments/sessions/:sessionId/access': { who: 'any' },
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

  'get /wallet': { who: 'any' },
  'get /wallet/transactions': { who: 'any' },
  'post /admin/wallets/:userId/credit': { who: 'A' },
  'post /admin/wallets/:userId/debit': { who: 'A' },

  'get /finance/ledger': { who: 'FA' },
  'get /finance/trial-balance': { who: 'FA' },
  'get /finance/verify': { who: 'FA' },
  'get /finance/solvency': { who: 'FA' },
};
