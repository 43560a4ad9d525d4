import type { Knex } from 'knex';
import type { Policy } from '../domain/policy.js';
import { type Frozen, freeze, type Parties, type Waiting } from '../domain/terms.js';
import { awaitUsers, knownUsers } from '../store/users.js';

export interface ToFreeze {
  readonly id: string;
  readonly parties: Parties;
  readonly policy: Policy;
}

/** Terms may wait for the teacher, then the student, then the referrer; a fourth round finds nothing new. */
const ROUNDS = 4;

/** The terms of each hold, by its id. Users who are missing are locked, to be taken before sessions and holds are. */
export async function freezeTerms(
  tx: Knex.Transaction,
  holds: readonly ToFreeze[],
): Promise<Map<string, Frozen | Waiting>> {
  const parties = new Set(holds.flatMap(({ parties }) => [parties.teacherId, parties.studentId]));
  const known = await knownUsers(tx, [...parties]);
  const asked = new Set<string>();
  for (let round = 1; ; round += 1) {
    const terms = new Map(holds.map((hold) => [hold.id, freeze(hold.policy, hold.parties, known)]));
    const missing = [...terms.values()].flatMap((one) => ('waitsFor' in one ? [one.waitsFor] : []));
    const unasked = [...new Set(missing)].filter((id) => !asked.has(id));
    if (unasked.length === 0 || round === ROUNDS) return terms;
    for (const id of unasked) asked.add(id);
    for (const [id, user] of await awaitUsers(tx, unasked)) known.set(id, user);
  }
}
