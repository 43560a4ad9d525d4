/** What operators see of the running system: answered by the gateway, which knows where everything is. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, InstantInput } from '../shapes.js';

const Circuit = z.object({
  /** Who calls, and whom. */
  from: z.string(),
  to: z.string(),
  state: z.enum(['closed', 'half-open', 'open']),
});

const Replica = z.object({
  /** As the gateway is told to find it: one name may stand for several, of which one is seen. */
  address: z.string(),
  /** silent: it did not answer within two seconds. */
  state: z.enum(['ready', 'not-ready', 'silent']),
  version: z.string().nullable(),
});

const ServiceState = z.object({
  name: z.string(),
  replicas: z.array(Replica),
  /** Of the service's database and queue; null: no replica answers, or it is not known. */
  outbox: z.object({ unpublished: z.int(), oldestSeconds: z.number() }).nullable(),
  /** Events kept for another try, those overdue among them, and those that wait for a person. */
  inbox: z.object({ waiting: z.int(), retrying: z.int(), overdue: z.int(), dead: z.int() }).nullable(),
  /** Messages that wait at the broker. */
  queue: z.object({ waiting: z.int(), dead: z.int() }).nullable(),
});
export type ServiceState = z.infer<typeof ServiceState>;

const SystemState = z
  .object({ at: Instant, services: z.array(ServiceState), circuits: z.array(Circuit) })
  .meta({ id: 'SystemState' });
export type SystemState = z.infer<typeof SystemState>;

const JourneyEvent = z.object({
  id: Id,
  type: z.string(),
  /** Who said it. */
  service: z.string(),
  subject: z.string(),
  at: Instant,
  correlationId: z.string(),
  causationId: z.string().nullable(),
  /** Did it leave its outbox? */
  published: z.boolean(),
});
export type JourneyEvent = z.infer<typeof JourneyEvent>;

/** What each service answers on its own port. */
export const JourneyPart = z.object({ events: z.array(JourneyEvent), truncated: z.boolean() });

const Journey = z
  .object({
    id: z.string(),
    /** Where was looked. */
    from: Instant,
    to: Instant,
    /** Days for which a service keeps what it published. */
    keptDays: z.int(),
    /** Oldest first, without what they carry. */
    events: z.array(JourneyEvent),
    /** There were more in that time than are told. */
    truncated: z.boolean(),
    /** Services that did not answer: what they said is missing. */
    missing: z.array(z.string()),
  })
  .meta({ id: 'Journey' });
export type Journey = z.infer<typeof Journey>;

export const readSystem = route({
  method: 'get',
  path: '/admin/system',
  who: ['admin'],
  summary:
    'Each service: its replicas, what waits in its outbox, its inbox and its queue; and the circuit breakers',
  status: 200,
  answer: SystemState,
});

export const readJourney = route({
  method: 'get',
  path: '/admin/journeys/:id',
  who: ['admin'],
  summary:
    'Events of one journey in time order, by its correlation id (the x-request-id of what began it), or all that name the id of a purchase, hold or session. Looks at a day: from when a UUIDv7 was made, else the last; `from` and `to` say otherwise, 31 days at most',
  params: z.strictObject({
    id: z.string().regex(/^[\w-]{8,64}$/, 'must be a correlation id, or the id of something'),
  }),
  query: z.strictObject({ from: InstantInput.optional(), to: InstantInput.optional() }),
  status: 200,
  answer: Journey,
  problems: [422],
});
