import { expiryRequested } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { takeUnansweredCancellations } from '../store/cancellations.js';
import { takeOverdue, takeUnanswered } from '../store/pending.js';
import { askToCancel } from './cancel-purchase.js';
import { askForFunds } from './place-purchase.js';

const MINUTE = 60_000;
/** Asked again each minute; given up after fifteen, and that asked again each fifteen until the wallet says so. */
const ASK_AFTER = MINUTE;
const EXPIRE_AFTER = 15 * MINUTE;
/** Purchases of one transaction; the next turn takes the rest. */
const LIMIT = 500;

/** Asks the wallet again about purchases pending for a minute: a new event, the same question. Returns how many. */
export async function askAgain(work: Work): Promise<number> {
  const waiting = await takeUnanswered(work.tx, {
    now: work.now,
    notSince: before(work.now, ASK_AFTER),
    requestedAfter: before(work.now, EXPIRE_AFTER),
    limit: LIMIT,
  });
  for (const row of waiting) {
    askForFunds(work, {
      ...row,
      studentId: row.student_id,
      teacherId: row.teacher_id,
      courseId: row.course_id,
      fundedBy: row.funded_by,
      paymentId: row.payment_id,
      requestedAt: row.requested_at,
    });
  }
  return waiting.length;
}

/** Asks the wallet to end purchases pending for fifteen minutes. It alone answers: held after all, or expired. */
export async function requestExpiry(work: Work): Promise<number> {
  const overdue = await takeOverdue(work.tx, {
    now: work.now,
    notSince: before(work.now, EXPIRE_AFTER),
    requestedBy: before(work.now, EXPIRE_AFTER),
    limit: LIMIT,
  });
  for (const { id, student_id, requested_at } of overdue) {
    work.emit(expiryRequested, {
      purchaseId: id,
      studentId: student_id,
      requestedAt: requested_at.toISOString(),
    });
  }
  return overdue.length;
}

/** Asks settlement again about cancellations that wait: each minute, and after fifteen each fifteen until it answers. */
export async function askToCancelAgain(work: Work): Promise<number> {
  const waiting = await takeUnansweredCancellations(work.tx, {
    now: work.now,
    notSince: before(work.now, ASK_AFTER),
    recentBy: before(work.now, EXPIRE_AFTER),
    rarelySince: before(work.now, EXPIRE_AFTER),
    limit: LIMIT,
  });
  for (const cancellation of waiting) askToCancel(work, cancellation);
  return waiting.length;
}

const before = (now: Date, milliseconds: number): Date => new Date(now.getTime() - milliseconds);
