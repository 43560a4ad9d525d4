import type { Envelope } from '@rollcall/contracts/event';
import { sessionSettled } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { countSettled, type Standing } from '../store/sessions.js';

/**
 * Says how those of these sessions stand that are completed and have no hold that was never judged: one event a session,
 * its totals by currency. Said again with a higher version when something of it has changed.
 */
export async function saySettled(
  work: Work,
  sessionIds: readonly string[],
  bySession?: ReadonlyMap<string, Envelope>,
): Promise<void> {
  const standings = await countSettled(work.tx, sessionIds);
  for (const sessionId of new Set(standings.map((one) => one.sessionId))) {
    const rows = standings.filter((one) => one.sessionId === sessionId);
    const counts = {
      released: count(rows, 'released'),
      refunded: count(rows, 'refunded'),
      review: count(rows, 'review'),
    };
    const totals = rows.map((row) => ({
      currency: row.currency,
      teacher: money(row.teacher, row.currency),
      commission: money(row.commission, row.currency),
      referral: money(row.referral, row.currency),
      refund: money(row.refund, row.currency),
    }));
    const because = bySession?.get(sessionId);
    work.emit(sessionSettled, { sessionId, counts, totals }, { version: rows[0]?.version, because });
  }
}

const count = (rows: readonly Standing[], key: 'released' | 'refunded' | 'review') =>
  rows.reduce((sum, row) => sum + row[key], 0);
