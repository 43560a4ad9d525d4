import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import type { Lesson } from '../domain/letter.js';
import type { Plan } from '../domain/occasions.js';
import { type Contact, contactsOf } from '../store/contacts.js';
import { addLetters, type NewLetter } from '../store/letters.js';
import { bySubscription } from '../store/seats.js';
import { type KnownSession, sessionsOf } from '../store/sessions.js';

/** What else follows from events whose letters can be written; returns those that are still news. */
export type Before<Data> = (
  work: Work,
  events: readonly Envelope<Data>[],
) => Promise<readonly Envelope<Data>[]>;

/**
 * Writes what `plan` says of each event of a batch, in its transaction: a handful of statements, however many they are. Returns
 * the events met too early, whose reader or lesson nobody has told us of yet; of those nothing is written.
 */
export const writeLetters =
  <Type extends EventType>(
    plan: (event: Envelope<DataOf<Type>>) => readonly Plan[],
    before: Before<DataOf<Type>> = async (_work, events) => events,
  ) =>
  async (work: Work, events: readonly Envelope<DataOf<Type>>[]): Promise<Envelope[]> => {
    const planned = events.map((event) => ({ event, plans: plan(event) }));
    const known = await lookUp(
      work,
      planned.flatMap(({ plans }) => plans),
    );
    const written = planned.map(({ event, plans }) => ({
      event,
      letters: plans.map((one) => letterOf(one, known)),
    }));
    const ready = written.filter(({ letters }) => !letters.includes(undefined));
    const news = new Set(
      await before(
        work,
        ready.map(({ event }) => event),
      ),
    );
    const letters = ready.filter(({ event }) => news.has(event)).flatMap((one) => one.letters);
    await addLetters(
      work.tx,
      letters.filter((one) => one !== undefined),
      work.now,
    );
    return written.filter(({ letters: own }) => own.includes(undefined)).map(({ event }) => event);
  };

interface Known {
  readonly sessions: ReadonlyMap<string, KnownSession>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly bySubscription: ReadonlySet<string>;
}

async function lookUp({ tx }: Work, plans: readonly Plan[]): Promise<Known> {
  const sessions = await sessionsOf(
    tx,
    plans.flatMap(({ sessionIds, to }) => [...sessionIds, ...(typeof to === 'string' ? [] : [to.teacherOf])]),
  );
  const readers = plans.map(({ to }) => readerOf(to, sessions)).filter((id) => id !== undefined);
  const purchases = plans.flatMap(({ purchaseId }) => purchaseId ?? []);
  return {
    ...{ sessions, contacts: await contactsOf(tx, readers) },
    bySubscription: await bySubscription(tx, purchases),
  };
}

const readerOf = (to: Plan['to'], sessions: Known['sessions']): string | undefined =>
  typeof to === 'string' ? to : sessions.get(to.teacherOf)?.teacherId;

/** undefined: something of it is not known yet. */
function letterOf(plan: Plan, { sessions, contacts, bySubscription: funded }: Known): NewLetter | undefined {
  const recipientId = readerOf(plan.to, sessions);
  if (recipientId === undefined) return undefined;
  const contact = contacts.get(recipientId);
  const lessons = plan.sessionIds.map((id) => lessonOf(sessions.get(id)));
  if (lessons.includes(undefined)) return undefined;
  const named = plan.address ?? (contact && { ...contact, name: contact.displayName });
  if (named === undefined) return undefined;
  return {
    id: newId(),
    about: plan.about,
    recipientId,
    email: named.email,
    reader: { name: named.name, locale: named.locale, timeZone: contact?.timeZone ?? 'UTC' },
    content: plan.content(
      lessons.filter((one) => one !== undefined),
      plan.purchaseId !== undefined && funded.has(plan.purchaseId),
    ),
    expiresAt: plan.expiresAt === undefined ? null : new Date(plan.expiresAt),
  };
}

const lessonOf = (session: KnownSession | undefined): Lesson | undefined =>
  session && { title: session.title, startsAt: session.startsAt.toISOString() };
