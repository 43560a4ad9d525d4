/** Mail for development and tests: takes every letter, sends none, and shows the last of them on a page. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { answer } from './page.js';

export interface Letter {
  /** Counts up from 1. */
  readonly id: number;
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** ISO 8601, when it came. */
  readonly at: string;
}

export interface StandIn {
  readonly smtpPort: number;
  readonly pagePort: number;
  /** Oldest first. */
  letters(): readonly Letter[];
  stop(): Promise<void>;
}

/** Letters kept, and bytes of one: at most half a gigabyte, in truth a few megabytes. */
const KEPT = 500;
const SIZE = 1_000_000;

/** Listens on loopback alone; port 0 is any that is free. */
export async function startMail({
  smtpPort = 0,
  pagePort = 0,
}: {
  smtpPort?: number;
  pagePort?: number;
} = {}): Promise<StandIn> {
  const letters: Letter[] = [];
  let count = 0;
  const smtp = new SMTPServer({
    banner: 'stand-in: nothing is sent on',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: SIZE,
    disableReverseLookup: true,
    logger: false,
    onData: (stream, session, done) => {
      read(
        stream,
        session.envelope.rcptTo.map(({ address }) => address),
      ).then(
        (letter) => {
          count += 1;
          letters.push({ ...letter, id: count });
          if (letters.length > KEPT) letters.shift();
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  // A client that goes away in the middle is its own affair.
  smtp.on('error', () => undefined);
  const page = createServer((request, response) => answer(letters, request, response));
  const listening = [once(smtp.server, 'listening'), once(page, 'listening')];
  smtp.listen(smtpPort, '127.0.0.1');
  page.listen(pagePort, '127.0.0.1');
  await Promise.all(listening);
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    pagePort: (page.address() as AddressInfo).port,
    letters: () => letters,
    stop: async () => {
      page.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(() => resolve())),
        new Promise<void>((resolve) => page.close(() => resolve())),
      ]);
    },
  };
}

async function read(stream: SMTPServerDataStream, to: string[]): Promise<Omit<Letter, 'id'>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    // Read to its end all the same: the answer comes after it.
    if (size <= SIZE) parts.push(part);
  }
  if (size > SIZE) throw Object.assign(new Error('The letter is too large'), { responseCode: 552 });
  const mail = await PostalMime.parse(Buffer.concat(parts));
  return {
    messageId: mail.messageId ?? '',
    from: mail.from?.address ?? '',
    to,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    at: new Date().toISOString(),
  };
}
