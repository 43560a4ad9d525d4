/** What happens, told to whom it concerns while it happens: server-sent events. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';

/** What may have changed: what a page shows of it is to be read again. */
const Resource = z.enum([
  'account',
  'session',
  'purchase',
  'hold',
  'wallet',
  'withdrawal',
  'payment',
  'subscription',
  'invoice',
]);
export type Resource = z.infer<typeof Resource>;

/** Ids and types, never an amount or a name: who may read the thing itself asks for it. */
export const FeedChange = z
  .object({
    resource: Resource,
    /** None: several of them, or the one of its kind that a user has. */
    id: Id.optional(),
    /** The domain event's, as docs/events.md has it. */
    type: z.string(),
    sessionId: Id.optional(),
    courseId: Id.optional(),
    /** When it happened. */
    at: Instant,
  })
  .meta({ id: 'FeedChange' });
export type FeedChange = z.infer<typeof FeedChange>;

export const followEvents = route({
  method: 'get',
  path: '/events',
  who: 'any',
  summary:
    'What concerns the caller, as it happens: `ready` once, then a `change` (FeedChange) each time; `reset` where more was missed than is kept. Resumed by Last-Event-ID',
  status: 200,
  files: ['text/event-stream'],
  streams: true,
});
