/** Places for what goes on for long: so many in all, so many a user. In memory, so each replica has its own. */
import { limited, unavailable } from './errors.js';

export interface PlaceRules {
  readonly most: number;
  readonly ofUser: number;
}

export interface Places {
  /** Takes one; returns how to give it back, which may be called twice. Throws 429 past the user's, 503 past all. */
  take(userId: string): () => void;
}

/** Seconds until a refused one may come again: that a page was closed is noticed by then. */
const AGAIN = 15;

export function createPlaces({ most, ofUser }: PlaceRules): Places {
  const taken = new Map<string, number>();
  let total = 0;
  const giveBack = (userId: string) => {
    total -= 1;
    const left = (taken.get(userId) ?? 1) - 1;
    if (left === 0) taken.delete(userId);
    else taken.set(userId, left);
  };
  return {
    take: (userId) => {
      const own = taken.get(userId) ?? 0;
      if (own >= ofUser)
        throw limited(`${ofUser} streams at once are the limit here. Close one and come again.`, AGAIN);
      if (total >= most)
        throw unavailable('streams-full', 'Too many are listening here. Come again shortly.', AGAIN);
      taken.set(userId, own + 1);
      total += 1;
      let isTaken = true;
      return () => {
        if (isTaken) giveBack(userId);
        isTaken = false;
      };
    },
  };
}
