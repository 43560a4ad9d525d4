import { hash, verify } from '@node-rs/argon2';
import { newId } from '@rollcall/kit/id';
import { slots } from './slots.js';

/** Argon2id as OWASP has it: 19 MiB, two passes, one lane; 20 ms. 2 is the library's number for the id variant. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Two at once hold 38 MiB and leave half of Node's four worker threads to others; 200 waiting are two seconds of work. */
const AT_ONCE = 2;
const WAITING = 200;

export interface Passwords {
  /** Hashes a new password: 20 ms, and longer behind others. Throws 503 when too many wait. */
  hash(password: string): Promise<string>;
  /** Compares with a stored hash. Without one it takes as long, compares with nobody's password, and says no. */
  matches(password: string, stored: string | undefined): Promise<boolean>;
}

export function createPasswords(): Passwords {
  const inSlot = slots(AT_ONCE, WAITING);
  const decoy = hash(newId(), PARAMETERS);

  return {
    hash: (password) => inSlot(() => hash(password, PARAMETERS)),
    matches: async (password, stored) => {
      const against = stored ?? (await decoy);
      const same = await inSlot(() => verify(against, password));
      return same && stored !== undefined;
    },
  };
}
