/** Rows as the contract shows them. */
import type { Course, Purchase, Session } from '@rollcall/contracts/api/enrollment';
import { sum } from '@rollcall/contracts/money';
import { completionPercentage } from './domain/purchase.js';

/** Rows that came as JSON inside another row: their instants are text in PostgreSQL's own writing. */
export interface SessionJson {
  readonly id: string;
  readonly course_id: string;
  readonly number: number;
  readonly title: string;
  readonly starts_at: string;
  readonly duration_minutes: number;
  readonly price: number;
  readonly currency: string;
  readonly status: Session['status'];
  readonly room_name: string;
  readonly cancel_reason: string | null;
  readonly version: number;
  readonly created_at: string;
}

export interface CourseRow {
  readonly id: string;
  readonly teacher_id: string;
  readonly title: string;
  readonly description: string;
  readonly price: number;
  readonly currency: string;
  readonly status: Course['status'];
  readonly max_students: number | null;
  readonly current_students: number;
  readonly sessions: readonly SessionJson[];
  readonly version: number;
  readonly created_at: Date;
}

interface HoldJson {
  readonly id: string;
  readonly session_id: string;
  readonly amount: number;
  readonly status: Purchase['holds'][number]['status'];
  readonly attended: boolean;
  readonly attendance_seconds: number;
  readonly refunded: number;
}

export interface PurchaseRow {
  readonly id: string;
  readonly kind: Purchase['kind'];
  readonly course_id: string;
  readonly session_id: string | null;
  readonly student_id: string;
  readonly total: number;
  readonly currency: string;
  readonly funded_by: Purchase['fundedBy'];
  readonly status: Purchase['status'];
  readonly decline_reason: string | null;
  readonly shortfall: number | null;
  readonly requested_at: Date;
  readonly cancelled_at: Date | null;
  readonly holds: readonly HoldJson[];
}

export const courseOf = (row: CourseRow): Course => ({
  id: row.id,
  teacherId: row.teacher_id,
  title: row.title,
  description: row.description,
  price: { amount: row.price, currency: row.currency },
  status: row.status,
  maxStudents: row.max_students,
  currentStudents: row.current_students,
  sessions: row.sessions.map(sessionOf),
  version: row.version,
  createdAt: row.created_at.toISOString(),
});

export const sessionOf = (row: SessionJson): Session => ({
  id: row.id,
  courseId: row.course_id,
  number: row.number,
  title: row.title,
  startsAt: new Date(row.starts_at).toISOString(),
  durationMinutes: row.duration_minutes,
  price: { amount: row.price, currency: row.currency },
  status: row.status,
  roomName: row.room_name,
  cancelReason: row.cancel_reason,
  version: row.version,
  createdAt: new Date(row.created_at).toISOString(),
});

export function purchaseOf(row: PurchaseRow): Purchase {
  const { currency, holds } = row;
  const refunded = sum(holds.map((hold) => hold.refunded));
  return {
    id: row.id,
    kind: row.kind,
    courseId: row.course_id,
    sessionId: row.session_id,
    studentId: row.student_id,
    price: { amount: row.total, currency },
    fundedBy: row.funded_by,
    paymentStatus: paymentStatusOf(row, refunded),
    status: row.status,
    declineReason: row.decline_reason,
    refunded: { amount: row.funded_by === 'subscription' ? 0 : refunded, currency },
    lessons: lessonsOf(row),
    attended: holds.some((hold) => hold.attended),
    attendanceSeconds: sum(holds.map((hold) => hold.attendance_seconds)),
    cancelledAt: row.cancelled_at?.toISOString() ?? null,
    completionPercentage: completionPercentage(row.kind, holds),
    holds: holds.map(({ id, session_id, amount, status }) => ({
      id,
      sessionId: session_id,
      amount,
      currency,
      status,
    })),
    createdAt: row.requested_at.toISOString(),
  };
}

/** What a subscription paid for comes back as lessons. */
function lessonsOf({ funded_by, status, holds }: PurchaseRow): Purchase['lessons'] {
  if (funded_by !== 'subscription') return null;
  const isRefused = status === 'declined' || status === 'expired';
  const returned = holds.filter((hold) => hold.status === 'refunded').length;
  return { booked: isRefused ? 0 : holds.length, returned };
}

/** 'pending' also where it came to nothing: no money was ever taken. 'refunded' when all of it came back. */
function paymentStatusOf({ status, total }: PurchaseRow, refunded: number): Purchase['paymentStatus'] {
  if (status === 'pending' || status === 'declined' || status === 'expired') return 'pending';
  const nothingKept = total > 0 ? refunded === total : status === 'refunded' || status === 'cancelled';
  return nothingKept ? 'refunded' : 'paid';
}
