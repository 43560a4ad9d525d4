import type { Withdrawal } from '@rollcall/contracts/api/withdrawals';

type Status = Withdrawal['status'];

/** A point of a withdrawal's way, past or to come. */
export interface Step {
  readonly status: Status;
  /** Null where it is still to come, or nobody wrote down when. */
  readonly at: string | null;
  readonly place: 'done' | 'now' | 'ahead' | 'ended';
}

type Dated = Pick<Withdrawal, 'status' | 'requestedAt' | 'processedAt' | 'completedAt'>;

/** The way as it went, and what of it is ahead while all goes well. */
export function stepsOf(withdrawal: Dated): Step[] {
  const { requestedAt, processedAt, completedAt, status } = withdrawal;
  const asked: Step = { status: 'pending', at: requestedAt, place: 'done' };
  const sent: Step = { status: 'approved', at: processedAt, place: 'done' };
  const paid: Step = { status: 'completed', at: completedAt, place: 'done' };
  const ahead = (next: Status): Step => ({ status: next, at: null, place: 'ahead' });
  const now = (step: Step): Step => ({ ...step, place: 'now' });
  const ended = (at: string | null): Step => ({ status, at, place: 'ended' });
  switch (status) {
    case 'pending':
      return [now(asked), ahead('approved'), ahead('completed')];
    case 'approved':
      return [asked, now(sent), ahead('completed')];
    case 'processing':
      return [asked, now({ ...sent, status }), ahead('completed')];
    case 'completed':
      return [asked, sent, paid];
    case 'returned':
      return [asked, sent, paid, ended(null)];
    case 'cancelled':
      return [asked, ended(null)];
    default:
      return [asked, ended(processedAt)];
  }
}
