/** The way out: one letter by SMTP. What a refusal means is for others to judge. */
import { within } from '@rollcall/kit/within';
import { createTransport } from 'nodemailer';
import type { Refusal } from './domain/ladder.js';
import type { Rendered } from './domain/render.js';

export interface Mail {
  /** Resolves once the server has taken the letter; throws a MailError otherwise. `id` names it on every try. */
  send(letter: { readonly id: string; readonly to: string; readonly rendered: Rendered }): Promise<void>;
}

export class MailError extends Error {
  override readonly name = 'MailError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(withoutAddresses(refusal.response));
    this.refusal = refusal;
  }
}

/** Servers repeat the address they refuse, and what is kept or logged holds none. */
const withoutAddresses = (words: string): string =>
  words.replace(/[^\s<>]+@[^\s<>]+/g, '(address)').slice(0, 300);

/** Milliseconds: for each step of the exchange, and for all of it. The lease of a letter is twice that. */
const STEP = 20_000;
export const SEND = 60_000;

export interface MailOptions {
  readonly url: string;
  /** `Name <address>`, or an address. */
  readonly from: string;
  /** Never without TLS: a server that does not offer STARTTLS is not spoken to. */
  readonly requireTls: boolean;
}

/** A connection a letter: none is kept that could be dead, and what hangs holds up nothing else. */
export function createMail({ url, from, requireTls }: MailOptions): Mail {
  const transport = createTransport({
    url,
    requireTLS: requireTls,
    connectionTimeout: STEP,
    greetingTimeout: STEP,
    socketTimeout: STEP,
    dnsTimeout: STEP,
    // Nothing in a letter is read from a file or an address, whatever it says.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    send: async ({ id, to, rendered }) => {
      const message = {
        from,
        // As an object: a comma in it must not make two addresses of one.
        to: { name: '', address: to },
        ...rendered,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      };
      const sent = await within(
        SEND,
        transport.sendMail(message).then(
          () => true,
          (error: unknown) => {
            throw new MailError(refusalOf(error));
          },
        ),
      );
      if (sent === undefined)
        throw new MailError({ code: undefined, command: undefined, response: 'took too long' });
    },
  };
}

function refusalOf(error: unknown): Refusal {
  const { responseCode, command, response, message } = error as {
    responseCode?: number;
    command?: string;
    response?: string;
    message?: string;
  };
  return { code: responseCode, command, response: response ?? message ?? 'unknown' };
}
