import type { readRoom as route } from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import type { InputOf } from '@rollcall/kit/http';
import { type Config, isPlayable } from '../config.js';
import { type Rules, windowOf } from '../domain/session.js';
import { admitOrAdmin, onceHeardOf } from './admit.js';

/** When a session's room may be entered, for whom it is for and for admins. */
export const lookAtRoom =
  (config: Config, rules: Rules) =>
  async (db: Database, { params, user, signal }: InputOf<typeof route>): Promise<AnswerOf<typeof route>> => {
    const { session } = await onceHeardOf(() => admitOrAdmin(db, params.sessionId, user), signal);
    const { from, to } = windowOf(session, rules);
    return {
      opensAt: new Date(from).toISOString(),
      closesAt: new Date(to).toISOString(),
      isPlayable: isPlayable(config),
    };
  };
