/** Turns what the operator calls people into user ids, and ids back into what he calls them. */
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import { misuse } from '../refusal.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLACES = ['first', 'second', 'third', 'fourth', 'fifth'];

/** Finds the id behind an e-mail address that is no demo account's; undefined when nobody has it. */
export type FindUser = (email: string) => Promise<string | undefined>;

/** By id, by e-mail, by the part of a demo account's e-mail before the @, or by place among those who bought. */
export async function resolvePerson(
  who: string,
  buyers: readonly string[],
  find: FindUser,
): Promise<string | undefined> {
  if (UUID.test(who)) return who.toLowerCase();
  if (PLACES.includes(who)) return buyers[PLACES.indexOf(who)];
  const demo = DEMO_ACCOUNTS.find(({ email }) => email === who.toLowerCase() || email.split('@')[0] === who);
  if (demo) return demo.id;
  const id = who.includes('@') ? await find(who.toLowerCase()) : undefined;
  if (id === undefined) throw misuse(`nobody is known as ${who}: give an e-mail address or a user id`);
  return id;
}

export const nameOf = (userId: string): string =>
  DEMO_ACCOUNTS.find(({ id }) => id === userId)?.email ?? userId;
