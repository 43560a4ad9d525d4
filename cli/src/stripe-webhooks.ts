/** The card provider's webhooks that could not be acted on. Each act is written to operator_actions: who, what, why. */
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Operator } from './dead.js';
import { Refusal } from './refusal.js';

export interface DeadWebhook {
  readonly id: string;
  readonly type: string;
  readonly attempts: number;
  readonly error: string;
  readonly receivedAt: Date;
}

const COLUMNS = `event_id as id, type, attempts, coalesce(last_error, '') as error, received_at as "receivedAt"`;

/** The oldest, up to `limit`. */
export async function listDeadWebhooks(db: Database, limit: number): Promise<DeadWebhook[]> {
  const { rows } = await db.raw(
    `select ${COLUMNS} from deliveries where status = 'dead' order by received_at, event_id limit ?`,
    [limit],
  );
  return rows;
}

/** Fields of the provider's objects that name nobody; all others are left out, so that a new one is, too. */
const PLAIN = [
  ...[
    'id',
    'object',
    'amount',
    'amount_refunded',
    'amount_received',
    'amount_paid',
    'amount_due',
    'currency',
  ],
  ...['status', 'reason', 'created', 'payment_intent', 'charge', 'invoice', 'subscription', 'latest_charge'],
  ...[
    'current_period_start',
    'current_period_end',
    'cancel_at_period_end',
    'trial_end',
    'paid',
    'refunded',
    'disputed',
  ],
  ...['failure_code', 'failure_reason', 'livemode'],
];
const OUR_IDS = /^(payment|refund|subscription|plan)Id$/;
const PLAIN_METADATA = /^[\w:-]{1,100}$/;

/** One of them, with what its object says of money and nothing of who paid. */
export async function showDeadWebhook(
  db: Database,
  id: string,
): Promise<DeadWebhook & { object: Record<string, unknown> }> {
  const { rows } = await db.raw(
    `select ${COLUMNS}, body from deliveries where event_id = ? and status = 'dead'`,
    [id],
  );
  const [found] = rows as (DeadWebhook & { body: string })[];
  if (found === undefined) throw new Refusal(`${id} is no dead webhook here`);
  const { body, ...rest } = found;
  return { ...rest, object: withoutPeople(body) };
}

function withoutPeople(body: string): Record<string, unknown> {
  const object: unknown = JSON.parse(body)?.data?.object;
  if (typeof object !== 'object' || object === null) return {};
  const fields = object as Record<string, unknown>;
  const shown = PLAIN.filter((name) => ['string', 'number', 'boolean'].includes(typeof fields[name]));
  const metadata = Object.entries((fields.metadata as object | undefined) ?? {}).filter(
    ([name, value]) => OUR_IDS.test(name) && PLAIN_METADATA.test(String(value)),
  );
  return {
    ...Object.fromEntries(shown.map((name) => [name, fields[name]])),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

/** The ids of all of them, oldest first, up to `limit`. */
export const deadWebhooks = async (db: Database, limit: number): Promise<string[]> =>
  (await listDeadWebhooks(db, limit)).map(({ id }) => id);

/** Has them acted on again from the start of the ladder. All of them or none. */
export function retryDeadWebhooks(
  db: Database,
  ids: readonly string[],
  { actor, reason }: Operator,
): Promise<void> {
  return db.transaction(async (tx) => {
    for (const id of ids) {
      const changed = await tx('deliveries')
        .where({ event_id: id, status: 'dead' })
        .update({ status: 'stored', attempts: 0, due_at: tx.fn.now() });
      if (changed === 0) throw new Refusal(`${id} is no dead webhook here; nothing was changed`);
      const action = 'stripe-webhook-retried';
      await tx('operator_actions').insert({ id: newId(), actor, action, target: id, reason });
    }
  });
}
