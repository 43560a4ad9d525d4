import type { Course, Purchase, Session } from '@rollcall/contracts/api/enrollment';
import { type Money, money, sum } from '@rollcall/contracts/money';

export interface GivenBack {
  readonly back: readonly Session[];
  readonly kept: readonly Session[];
  readonly total: Money;
}

/** What cancelling gives back: what is still held for sessions that have not begun. Source: domain.md, 'Cancelling'. */
export function givenBack({ holds, price }: Purchase, { sessions }: Course, now = Date.now()): GivenBack {
  const pairs = holds.flatMap((hold) => {
    const session = sessions.find(({ id }) => id === hold.sessionId);
    return session === undefined ? [] : [{ hold, session }];
  });
  const isBack = ({ hold, session }: (typeof pairs)[number]) =>
    hold.status === 'held' && session.status === 'scheduled' && Date.parse(session.startsAt) > now;
  const back = pairs.filter(isBack);
  return {
    back: back.map(({ session }) => session),
    kept: pairs.filter((pair) => !isBack(pair)).map(({ session }) => session),
    total: money(sum(back.map(({ hold }) => hold.amount)), price.currency),
  };
}
