/** Publishes events as another service's relay does: confirmed, persistent, waiting ones packed by a hundred. */
import type { Envelope } from '@rollcall/contracts/event';
import { writeMessage } from '@rollcall/kit/message';
import { amqpUrl } from '@rollcall/kit/testing';
import { namesOf } from '@rollcall/kit/topology';
import { connect } from 'amqplib';

const PACK = 100;

export async function publishEvents(prefix: string, events: readonly Envelope[]): Promise<void> {
  const connection = await connect(amqpUrl());
  const channel = await connection.createConfirmChannel();
  for (let at = 0; at < events.length; at += PACK) {
    const pack = events.slice(at, at + PACK);
    const { content, contentType } = writeMessage(pack.map((event) => JSON.stringify(event)));
    channel.publish(namesOf(prefix).events, pack[0]?.type ?? '', content, { contentType, persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}
