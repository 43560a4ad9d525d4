import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { keyList } from '@rollcall/kit/sealed';
import { z } from 'zod';
import type { MailOptions } from './mail.js';

/** Where `npm start` puts the catcher of mail. */
const STAND_IN = 'smtp://127.0.0.1:3008';
const LOOPBACK = /^(127\.|localhost$|\[?::1\]?$)/;

export const settings = z
  .object({
    ...serviceSettings,
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).meta({
      development: STAND_IN,
      says: 'The mail server: smtp:// (STARTTLS where it is offered) or smtps://, with user and password in it',
    }),
    SMTP_INSECURE: z.enum(['true', 'false']).default('false').meta({
      says: 'true: smtp:// goes without TLS, also in production and where STARTTLS is offered, as to a relay on the same machine',
    }),
    MAIL_FROM: z
      .string()
      .min(3)
      .max(320)
      .regex(/^[^\r\n]*@[^\r\n]+$/, 'must be an address')
      .meta({
        development: 'Rollcall <letters@rollcall.test>',
        says: 'Sender of letters: an address, or a name with one in angle brackets',
      }),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).meta({
      development: 'http://127.0.0.1:3000',
      says: 'Address of the web app, for the links in letters',
    }),
    LETTER_KEYS: keyList.meta({
      development: 'development:cm9sbGNhbGwtZGV2ZWxvcG1lbnQtbGV0dGVycy1rZXk=',
      says: 'id:key pairs that open the tokens of letters: the same list as of identity',
    }),
    REMINDER_HOURS: z.coerce
      .number()
      .int()
      .min(1)
      .max(168)
      .default(24)
      .meta({ says: 'Hours before a session at which its students are reminded' }),
    FEED_KEPT_HOURS: z.coerce.number().int().min(1).max(720).default(24).meta({
      says: 'Hours for which it is kept what users were told as it happened: who comes back later reads everything anew',
    }),
    EVENT_STREAMS_MOST: z.coerce
      .number()
      .int()
      .min(1)
      .default(5_000)
      .meta({ says: 'Streams of events open at once at most' }),
    EVENT_STREAMS_USER: z.coerce.number().int().min(1).default(5).meta({ says: 'Of those, of one user' }),
    LETTERS_KEPT_DAYS: z.coerce.number().int().min(1).max(3650).default(90).meta({
      says: 'Days for which it is kept to which address a letter was sent; its words are not, that it was sent is kept for ever',
    }),
  })
  .superRefine(({ NODE_ENV, SMTP_URL }, { addIssue }) => {
    if (NODE_ENV === 'production' && isStandIn(SMTP_URL))
      addIssue({
        code: 'custom',
        path: ['SMTP_URL'],
        message: 'is the catcher of mail that npm start runs: nothing would arrive',
      });
  });

export type Config = z.infer<typeof settings>;

/** How letters go to an smtp:// server. */
export function tlsOf({ NODE_ENV, SMTP_INSECURE }: Config): MailOptions['tls'] {
  if (SMTP_INSECURE === 'true') return 'never';
  return NODE_ENV === 'production' ? 'required' : 'offered';
}

/** The stand-in's port on this machine: no mail server of anybody's listens there. */
function isStandIn(url: string): boolean {
  const { hostname, port } = new URL(url);
  return LOOPBACK.test(hostname) && port === new URL(STAND_IN).port;
}

export const config = (): Config => readConfig(settings, process.env);
