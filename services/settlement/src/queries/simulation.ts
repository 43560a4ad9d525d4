/** SQL behind a simulation: the holds the rules have ended, with what they were judged by. */
import type { Simulation, simulatePolicy } from '@rollcall/contracts/api/policies';
import type { BodyOf } from '@rollcall/contracts/route';
import type { Knex } from 'knex';
import type { Parts, Presence } from '../domain/decide.js';
import { type Settled, simulate } from '../domain/simulate.js';
import { policyOf } from '../policy-answer.js';
import { knownUsers } from '../store/users.js';

type Asked = BodyOf<typeof simulatePolicy>;

/** Replays the newest settled holds of a period under a draft. */
export async function simulation(db: Knex, asked: Asked): Promise<Simulation> {
  const rows = await settledHolds(db, asked);
  const settled = rows.slice(0, asked.limit).map(settledOf);
  const people = new Set(settled.flatMap(({ teacherId, studentId }) => [teacherId, studentId]));
  const known = await knownUsers(db, [...people]);
  const referrers = [...known.values()].flatMap(({ referrerId }) => referrerId ?? []);
  for (const [id, user] of await knownUsers(db, referrers)) known.set(id, user);
  return {
    ...asMutable(simulate(policyOf(asked, 0), settled, known)),
    more: rows.length > asked.limit,
  };
}

const asMutable = ({ totals, teachers, ...counts }: ReturnType<typeof simulate>) => ({
  ...counts,
  totals: totals.map(({ currency, was, would }) => ({ currency, was: partsOf(was), would: partsOf(would) })),
  teachers: [...teachers],
});

const partsOf = ({ teacher, commission, referral, refund }: Parts) => ({
  ...{ teacher, commission, referral, refund },
});

interface SettledRow extends Parts {
  readonly amount: number;
  readonly currency: string;
  readonly courseId: string;
  readonly studentId: string;
  readonly teacherId: string;
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly attendanceVersion: number;
  readonly seen: readonly (Presence & { readonly userId: string })[];
}

/** What an admin or a cancellation has decided follows from no rule, so it is left out. */
async function settledHolds(db: Knex, { from, to, limit }: Asked): Promise<SettledRow[]> {
  const { rows } = await db.raw<{ rows: SettledRow[] }>(
    `select h.amount, h.currency, h.course_id as "courseId", h.student_id as "studentId", h.teacher_id as "teacherId",
            s.observed, s.scheduled_seconds as "scheduledSeconds", s.attendance_version as "attendanceVersion",
            d.teacher, d.commission, d.referral, d.refund,
            coalesce((select json_agg(json_build_object('userId', p.user_id, 'seconds', p.seconds,
                                                        'maxSeconds', p.max_seconds, 'corrected', p.corrected))
                        from presences p
                       where p.session_id = h.session_id and p.user_id in (h.student_id, h.teacher_id)), '[]') as seen
       from holds h
       join sessions s on s.id = h.session_id
       join decisions d on d.hold_id = h.id and d.version = h.decision_version
      where h.status in ('released', 'refunded') and s.completed_at is not null
        and d.reason in ('attended', 'below-threshold', 'teacher-no-show')
        and (cast(:from as timestamptz) is null or h.decided_at >= :from)
        and (cast(:to as timestamptz) is null or h.decided_at < :to)
      order by h.id desc limit :fetch`,
    { from: from ?? null, to: to ?? null, fetch: limit + 1 },
  );
  return rows;
}

const settledOf = ({ observed, scheduledSeconds, attendanceVersion, seen, ...row }: SettledRow): Settled => ({
  amount: row.amount,
  currency: row.currency,
  courseId: row.courseId,
  studentId: row.studentId,
  teacherId: row.teacherId,
  facts: {
    ...{ observed, scheduledSeconds, attendanceVersion },
    people: new Map(seen.map(({ userId, ...presence }) => [userId, presence])),
  },
  was: partsOf(row),
});
