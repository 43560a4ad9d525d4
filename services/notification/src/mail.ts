/** The way out: one letter by SMTP. What a refusal means is for others to judge. */
import { within } from '@rollcall/kit/within';
import { createTransport } from 'nodemailer';
import { type Refusal, withoutAddresses } from './domain/ladder.js';
import type { Rendered } from './domain/render.js';

export interface Mail {
  /** Resolves once the server has taken the letter; throws a MailError otherwise. `id` names it on every try. */
  send(letter: { readonly id: string; readonly to: string; readonly rendered: Rendered }): Promise<void>;
}

export class MailError extends Error {
  override readonly name = 'MailError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(withoutAddresses(refusal.response).slice(0, 300));
    this.refusal = refusal;
  }
}

/**
 * Milliseconds: until the server has greeted us, for each silence of its after that, and for all of it. A server that scans a
 * letter may take minutes after the final dot, and has the letter: RFC 5321 (4.5.3.2.6) has us wait for ten. Who hangs up
 * before sends it again, each time.
 */
const STEP = 20_000;
const SILENCE = 600_000;
export const SEND = SILENCE + STEP;

export interface MailOptions {
  readonly url: string;
  /** `Name <address>`, or an address. */
  readonly from: string;
  /**
   * Of an smtp:// address. required: a server that does not offer STARTTLS is not spoken to. offered: taken where it is
   * offered. never: not even then, as a relay on the same machine offers it with a certificate that nobody signed.
   */
  readonly tls: 'required' | 'offered' | 'never';
}

/** A connection a letter: none is kept that could be dead, and what hangs holds up nothing else. */
export function createMail({ url, from, tls }: MailOptions): Mail {
  const transport = createTransport({
    url,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'never',
    connectionTimeout: STEP,
    greetingTimeout: STEP,
    socketTimeout: SILENCE,
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
