/** Says what happened: an event is kept for /v1/events and handed to the webhooks. */
import type Stripe from 'stripe';
import { newId, now, put, type Thing, type World } from './world.js';

/** Of the SDK that is pinned; a test holds the two together. */
export const API_VERSION = '2026-10-28.endive';

/** @param previous what the object's changed fields were before. */
export function emit(world: World, type: string, object: Thing, previous?: object): void {
  const event = {
    id: newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: now(world),
    // As it is now: what happens to the object later changes no event.
    data: { object: structuredClone(object), ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: 1,
    request: world.request ?? { id: null, idempotency_key: null },
    type,
  } as unknown as Stripe.Event;
  put(world.events, event);
  world.hear(event);
}
