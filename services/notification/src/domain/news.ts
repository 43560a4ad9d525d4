/** Whom an event concerns, and what of theirs it changes: ids alone, as whoever hears of it reads the thing itself. */
import type { Resource } from '@rollcall/contracts/api/events';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import type {
  invoiceVoided,
  paymentDisputed,
  paymentSucceeded,
  refundFailed,
  subscriptionStarted,
} from '@rollcall/contracts/events/billing';
import type { purchaseActivated, sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { userUpdated } from '@rollcall/contracts/events/identity';
import type {
  holdCorrected,
  holdReleased,
  holdUnderReview,
  sessionSettled,
} from '@rollcall/contracts/events/settlement';
import type { refundReserved, withdrawalRequested } from '@rollcall/contracts/events/wallet';

interface About {
  readonly resource: Resource;
  readonly id?: string;
  readonly sessionId?: string;
  readonly courseId?: string;
}

/** To people by their ids, or to the teacher of a session, alone or with all who have a seat in it. */
export type News = About &
  (
    | { readonly to: readonly string[] }
    | { readonly teacherOf: string; readonly withStudents: boolean; readonly to?: undefined }
  );

type Purchase = DataOf<typeof purchaseActivated>;
type Refund = DataOf<typeof refundFailed>;

const aboutPurchase = ({ purchaseId, courseId, sessionIds: [sessionId, ...more] }: Purchase): About => ({
  ...{ resource: 'purchase', id: purchaseId, courseId },
  ...(more.length === 0 && { sessionId }),
});

/** What paid for it has less in it now, too. */
export const purchaseMade = (data: Purchase): News[] => [
  { ...aboutPurchase(data), to: [data.studentId, data.teacherId] },
  { resource: data.fundedBy === 'subscription' ? 'subscription' : 'wallet', to: [data.studentId] },
];
export const purchaseUndone = (data: Purchase): News[] => [
  { ...aboutPurchase(data), to: [data.studentId, data.teacherId] },
];
/** A teacher has no part in what came to nothing. */
export const purchaseRefused = (data: Purchase): News[] => [{ ...aboutPurchase(data), to: [data.studentId] }];

type Hold = Pick<DataOf<typeof holdUnderReview>, 'holdId' | 'sessionId' | 'studentId' | 'teacherId'>;

export const hold = ({ holdId: id, sessionId, studentId, teacherId }: Hold): News[] => [
  { resource: 'hold', id, sessionId, to: [studentId, teacherId] },
];
/** Who referred somebody sees it on the balance alone: whose hold it was is not the referrer's business. */
export const holdEnded = (
  data: DataOf<typeof holdReleased> | DataOf<typeof holdCorrected>,
): readonly News[] => [
  {
    ...{ resource: 'hold', id: data.holdId, sessionId: data.sessionId, courseId: data.courseId },
    to: [data.studentId, data.teacherId],
  },
  ...(data.referrerId === null ? [] : [{ resource: 'wallet' as const, to: [data.referrerId] }]),
];
export const paidOut = (data: Hold): News[] => [
  ...hold(data),
  { resource: 'wallet', to: [data.studentId, data.teacherId] },
];

export const sessionChanged = ({ sessionId, courseId }: DataOf<typeof sessionScheduled>): News[] => [
  { resource: 'session', id: sessionId, sessionId, courseId, teacherOf: sessionId, withStudents: true },
];
export const classSeen = ({
  sessionId,
}: DataOf<typeof sessionStarted> | DataOf<typeof sessionCompleted>): News[] => [
  { resource: 'session', id: sessionId, sessionId, teacherOf: sessionId, withStudents: true },
];
/** Students were told of their own holds. */
export const sessionJudged = ({ sessionId }: DataOf<typeof sessionSettled>): News[] => [
  { resource: 'session', id: sessionId, sessionId, teacherOf: sessionId, withStudents: false },
];

export const withdrawal = ({ withdrawalId, teacherId }: DataOf<typeof withdrawalRequested>): News[] => [
  { resource: 'withdrawal', id: withdrawalId, to: [teacherId] },
  { resource: 'wallet', to: [teacherId] },
];
export const payoutSettings = ({ teacherId }: { readonly teacherId: string }): News[] => [
  { resource: 'wallet', to: [teacherId] },
];
export const balance = ({ userId }: { readonly userId: string }): News[] => [
  { resource: 'wallet', to: [userId] },
];

export const payment = ({
  paymentId,
  userId,
}: Pick<DataOf<typeof paymentSucceeded>, 'paymentId' | 'userId'>): News[] => [
  { resource: 'payment', id: paymentId, to: [userId] },
];
/** Credits move with it. */
export const paymentTakenBack = (
  data: Refund | DataOf<typeof refundReserved> | DataOf<typeof paymentDisputed>,
): News[] => [...payment(data), { resource: 'wallet', to: [data.userId] }];

export const subscription = ({ subscriptionId, userId }: DataOf<typeof subscriptionStarted>): News[] => [
  { resource: 'subscription', id: subscriptionId, to: [userId] },
];
export const invoice = ({
  invoiceId,
  userId,
}: Pick<DataOf<typeof invoiceVoided>, 'invoiceId' | 'userId'>): News[] => [
  { resource: 'invoice', id: invoiceId, to: [userId] },
];
export const account = ({ userId }: DataOf<typeof userUpdated>): News[] => [
  { resource: 'account', id: userId, to: [userId] },
];

/** A change as it is kept: for one user, or for the people of a session whoever they are by then. */
export interface Change extends About {
  readonly type: string;
  readonly at: string;
  readonly userId?: string;
  readonly teacherOf?: string;
  readonly withStudents?: boolean;
}

/** Of one kind for one user in a batch: a class of a thousand is no thousand lines to its teacher. */
const MOST_ALIKE = 20;

type Told = { readonly event: Pick<Envelope, 'type' | 'time'>; readonly news: readonly News[] };

/** What is kept of a batch, in its order: each thing once, and of too many alike one without an id. */
export function changesOf(told: readonly Told[]): readonly Change[] {
  const alike = new Map<string, Change[]>();
  for (const change of told.flatMap(changesOfOne)) {
    const { userId = '', teacherOf = '', resource, type, sessionId = '' } = change;
    const key = [userId, teacherOf, resource, type, sessionId].join(' ');
    const known = alike.get(key) ?? [];
    if (!known.some(({ id }) => id === change.id)) alike.set(key, [...known, change]);
  }
  return [...alike.values()].flatMap((some) => {
    const last = some.at(-1);
    return some.length > MOST_ALIKE && last !== undefined ? [{ ...last, id: undefined }] : some;
  });
}

const changesOfOne = ({ event: { type, time: at }, news }: Told): Change[] =>
  news.flatMap(({ to, ...about }): Change[] =>
    to === undefined
      ? [{ ...about, type, at }]
      : [...new Set(to)].map((userId) => ({ ...about, type, at, userId })),
  );
