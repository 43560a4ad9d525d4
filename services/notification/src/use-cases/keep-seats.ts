/** Who is to be reminded of what: follows from the same events that letters are written about. */
import type { DataOf } from '@rollcall/contracts/event';
import type { purchaseActivated } from '@rollcall/contracts/events/enrollment';
import type { holdRefunded, sessionSettled } from '@rollcall/contracts/events/settlement';
import { addSeats, giveUpSeats, type Seat } from '../store/seats.js';
import { keepSettled } from '../store/sessions.js';
import type { Before } from './write-letters.js';

type Purchase = DataOf<typeof purchaseActivated>;
type Refund = DataOf<typeof holdRefunded>;

const seatsOf = ({ sessionIds, studentId, purchaseId, fundedBy }: Purchase): Seat[] =>
  sessionIds.map((sessionId) => ({
    ...{ sessionId, studentId, purchaseId },
    bySubscription: fundedBy === 'subscription',
  }));

/** `hours` before a session its students are reminded of it. */
export const giveSeats =
  (hours: number): Before<Purchase> =>
  async (work, events) => {
    const near = new Date(work.now.getTime() + hours * 3_600_000);
    await addSeats(
      work.tx,
      events.flatMap(({ data }) => seatsOf(data)),
      near,
    );
    return events;
  };

export const takeSeats: Before<Purchase> = async (work, events) => {
  await giveUpSeats(
    work.tx,
    events.flatMap(({ data }) => seatsOf(data)),
  );
  return events;
};

/** Whose money went back before class does not come, whoever decided it; refunds after class change no reminder. */
export const takeRefunded: Before<Refund> = async (work, events) => {
  await giveUpSeats(
    work.tx,
    events.map(({ data }) => data),
  );
  return events;
};

/** What a newer settlement has already told of is no news. */
export const keepNewest: Before<DataOf<typeof sessionSettled>> = async (work, events) => {
  const news = [];
  for (const event of events) {
    if (await keepSettled(work.tx, event.data.sessionId, event.aggregateversion ?? 1)) news.push(event);
  }
  return news;
};
