/** SQL behind the reads of policy versions. */
import type { listPolicies, SettlementPolicy } from '@rollcall/contracts/api/policies';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';
import { z } from 'zod';
import { policiesFrom } from '../policy-answer.js';
import { policies } from '../store/policies.js';

const Version = z.coerce.number().int().positive();

/** Newest first by when they take effect; a platform has few enough to be read as a whole. */
export async function findPolicies(
  db: Knex,
  { limit, cursor }: QueryOf<typeof listPolicies>,
): Promise<AnswerOf<typeof listPolicies>> {
  const all = policiesFrom(await policies(db), new Date());
  const [last] = decodeCursor(cursor, Version) ?? [];
  const next = last === undefined ? 0 : all.findIndex(({ version }) => version === last) + 1;
  return listPage(
    all.slice(next, next + limit + 1),
    limit,
    (policy) => policy,
    ({ version }) => [version],
  );
}

export async function findPolicy(db: Knex, { version }: { version: number }): Promise<SettlementPolicy> {
  const found = policiesFrom(await policies(db), new Date()).find((policy) => policy.version === version);
  if (found === undefined) throw notFound('policy');
  return found;
}
