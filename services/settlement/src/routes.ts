import { listHolds, readHold, readSettlement } from '@rollcall/contracts/api/settlement';
import type { Database } from '@rollcall/kit/database';
import { query, type Served } from '@rollcall/kit/http';
import { findHold, findHoldsOf, findSettlement } from './queries.js';

/** Everything settlement answers over HTTP. */
export const routes = ({ db }: { db: Database }): Served[] => [
  query(db, listHolds, (from, { user, query: filter }) => findHoldsOf(from, user.id, filter)),
  query(db, readHold, (from, { user, params }) => findHold(from, params.holdId, user)),
  query(db, readSettlement, (from, { user, params }) => findSettlement(from, params.sessionId, user)),
];
