/** What becomes of the webhooks on their way: doubled, disordered, tampered with, late. Pure but for the given chance. */

import type { Lesson, NewSid, Webhook } from '@rollcall/contracts/class-webhooks';
import { type Copy, parseTime, type Scenario } from './scenario.js';

export interface Delivery {
  readonly body: string;
  /** The body whose signature it bears, where that is another: it has to be refused. */
  readonly forgedFrom?: string;
}

export interface Deliveries {
  readonly inTime: readonly Delivery[];
  /** Once the class is settled. */
  readonly late: readonly Delivery[];
}

export interface Chance {
  readonly newSid: NewSid;
  /** From 0 to 1. */
  readonly random: () => number;
}

export function deliveriesOf(
  webhooks: readonly Webhook[],
  scenario: Scenario,
  lesson: Lesson,
  { newSid, random }: Chance,
): Deliveries {
  const inTime: Delivery[] = [];
  const late: Delivery[] = [];
  for (const webhook of webhooks) {
    const copies = scenario.copies.filter(({ of }) => of === webhook.event && webhook.role !== 'teacher');
    if (!copies.some(({ sent }) => sent === 'instead'))
      (webhook.told === 'late' ? late : inTime).push({ body: webhook.body });
    for (const copy of copies)
      (copy.sent === 'late' ? late : inTime).push(copied(webhook.body, copy, lesson, newSid));
  }
  const often = inTime.flatMap((delivery) => Array.from({ length: scenario.deliveries }, () => delivery));
  return { inTime: inOrder(often, scenario.order, random), late };
}

function copied(original: string, copy: Copy, lesson: Lesson, newSid: NewSid): Delivery {
  const event = JSON.parse(original) as { id: string; createdAt: string };
  const at = copy.at === undefined ? event.createdAt : instantOf(copy.at, lesson);
  const changed = {
    ...event,
    id: copy.sameId ? event.id : newSid('EV'),
    createdAt: copy.nanoseconds ? `${at}000000000` : at,
  };
  if (!copy.forged) return { body: JSON.stringify(changed) };
  // Indented: the same facts in other bytes are forged too.
  return { body: JSON.stringify(changed, null, 2), forgedFrom: original };
}

/** Whole seconds since 1970. */
function instantOf(time: string, { startsAt, durationMinutes }: Lesson): string {
  return `${Math.floor(startsAt.getTime() / 1_000) + parseTime(time, durationMinutes * 60) / 1_000}`;
}

function inOrder(
  deliveries: readonly Delivery[],
  order: Scenario['order'],
  random: () => number,
): readonly Delivery[] {
  if (order === 'sent') return deliveries;
  if (order === 'reversed') return deliveries.toReversed();
  return deliveries
    .map((delivery) => ({ delivery, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ delivery }) => delivery);
}
