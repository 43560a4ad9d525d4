/** What a process says of itself: alive, ready, and its figures. */
import { Router } from 'express';
import type { Broker } from './broker.js';
import type { Database } from './database.js';
import { gauge, registry } from './metrics.js';

export interface Health {
  readonly db: Database;
  readonly broker: Broker;
  readonly isStopping: () => boolean;
  /** Sets the service's own gauges. */
  readonly collect: () => Promise<void>;
}

export function healthRoutes({ db, broker, isStopping, collect }: Health): Router {
  const router = Router();
  router.get('/livez', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const database = await db.raw('select 1').then(
      () => true,
      () => false,
    );
    const checks = { database, broker: broker.connected(), stopping: isStopping() };
    const ready = checks.database && checks.broker && !checks.stopping;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', ...checks });
  });
  router.get('/metrics', async (_request, response) => {
    await collectDeliveryMetrics(db);
    await collect();
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

const unpublished = gauge('outbox_unpublished', 'Events not yet published');
const oldest = gauge('outbox_oldest_age_seconds', 'Age of the oldest unpublished event');
const waiting = gauge('inbox_waiting', 'Events kept for another try', ['status']);
const overdue = gauge('inbox_waiting_overdue', 'Facts met too early more than 15 minutes ago: an alarm');
const dead = gauge('dead_total', 'Events that wait for a person');
const pool = gauge('db_pool', 'Connections of the pool', ['state']);

async function collectDeliveryMetrics(db: Database): Promise<void> {
  const { rows } = await db.raw(
    `select (select count(*) from outbox_unpublished) as unpublished,
            coalesce((select extract(epoch from now() - created_at) from outbox
                       where seq = (select min(seq) from outbox_unpublished)), 0)::float8 as oldest,
            (select count(*) from inbox where status = 'waiting') as waiting,
            (select count(*) from inbox where status = 'retrying') as retrying,
            (select count(*) from inbox where status = 'waiting' and received_at < now() - interval '15 minutes') as overdue,
            (select count(*) from inbox where status = 'dead') + (select count(*) from parked where status = 'parked') as dead`,
  );
  const [row] = rows;
  unpublished.set(row.unpublished);
  oldest.set(row.oldest);
  waiting.set({ status: 'waiting' }, row.waiting);
  waiting.set({ status: 'retrying' }, row.retrying);
  overdue.set(row.overdue);
  dead.set(row.dead);
  const connections = db.client.pool as { numUsed(): number; numFree(): number };
  pool.set({ state: 'used' }, connections.numUsed());
  pool.set({ state: 'free' }, connections.numFree());
}
