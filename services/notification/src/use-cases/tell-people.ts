import type { Envelope } from '@rollcall/contracts/event';
import type { Consumer } from '@rollcall/kit/consumer';
import { changesOf, type News } from '../domain/news.js';
import { addChanges } from '../store/feed.js';

type NewsOf = ReadonlyMap<string, (data: unknown) => readonly News[]>;

/**
 * The same consumer, and in its transaction those whom its events concern are told. What it met too early is told when it is
 * acted on; nobody waits for the feed alone, so a seat heard of later misses what was told before.
 */
export const tellingPeople = (newsOf: NewsOf, consumer: Consumer): Consumer => ({
  ...consumer,
  handle: async (work, events) => {
    const early = await consumer.handle(work, events);
    const told = (event: Envelope) => ({ event, news: newsOf.get(event.type)?.(event.data) ?? [] });
    addChanges(work, changesOf(events.filter((event) => !early.includes(event)).map(told)));
    return early;
  },
});
