import { join } from 'node:path';
import type { ServicePorts } from './ports.js';
import { root } from './state.js';

export interface ServiceSpec {
  name: string;
  /** Distance of its port from ROLLCALL_PORT_BASE; the gateway has a port of its own. */
  offset: number | 'gateway';
  /** Whether it has a database. */
  stores: boolean;
}

/** Everything `npm start` runs. A new service is a line here; offsets are those of the design and never reused. */
export const services: ServiceSpec[] = [
  { name: 'identity', offset: 5, stores: true },
  { name: 'enrollment', offset: 0, stores: true },
  { name: 'attendance', offset: 1, stores: true },
  { name: 'settlement', offset: 2, stores: true },
  { name: 'wallet', offset: 3, stores: true },
  { name: 'billing', offset: 4, stores: true },
  { name: 'notification', offset: 6, stores: true },
  { name: 'gateway', offset: 'gateway', stores: false },
];

/** What stands in for the mail server where none is named: it listens for letters, and shows them on a page. */
export const mailStandIn = { smtp: 7, page: 8, main: join(root, 'deploy/stand-ins/mail/dist/main.js') };

/** What stands in for the card provider where no key of it is set: it takes test cards. */
export const cardStandIn = { offset: 19, main: join(root, 'deploy/stand-ins/stripe/dist/main.js') };

/** In production nothing stands in for anything: it would take a real card for paid, and send no letter. */
export const standsInForMail = (env: NodeJS.ProcessEnv): boolean =>
  env.NODE_ENV !== 'production' && !env.SMTP_URL;
export const standsInForCards = (env: NodeJS.ProcessEnv): boolean =>
  env.NODE_ENV !== 'production' && !env.STRIPE_SECRET_KEY;

export const offsetsOf = (env: NodeJS.ProcessEnv): number[] => [
  ...services.flatMap(({ offset }) => (offset === 'gateway' ? [] : [offset])),
  ...(standsInForMail(env) ? [mailStandIn.smtp, mailStandIn.page] : []),
  ...(standsInForCards(env) ? [cardStandIn.offset] : []),
];

export const portOf = ({ offset }: ServiceSpec, ports: ServicePorts): number =>
  offset === 'gateway' ? ports.gateway : ports.base + offset;

export const mainOf = ({ name }: ServiceSpec): string => join(root, 'services', name, 'dist/main.js');

/**
 * How a service's process is run. More room for young objects than the default of 16 MB: with 64 a class of a thousand
 * was paid in 538 ms instead of 634 (medians of three). 32 is between them and was not measured apart.
 */
export const nodeFlags = ['--max-semi-space-size=32', '--enable-source-maps'];

/** Where the running system is: written by `npm start` for the operator's tool and whoever looks. */
export interface AddressBook {
  gateway: string;
  services: Record<string, string>;
  databases: Record<string, string>;
  amqp: string;
  prefix: string;
  /** The mail stand-in, where it runs: for letters, and the page that shows them. */
  mail?: { smtp: string; page: string };
  /** The card provider's stand-in; none where the real one is configured. */
  cards?: string;
}

const urlName = (service: string) => `${service.toUpperCase()}_URL`;

/** Never in production, where nothing has a default secret. The key pair is LiveKit's own for development. */
export const developmentSettings = {
  NODE_ENV: 'development',
  AUTH_ISSUER: 'rollcall',
  AUTH_AUDIENCE: 'rollcall',
  LIVEKIT_URL: 'ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'secret',
};

/** The settings of one service. What a person has set for themselves, such as LOG_LEVEL, is passed on. */
export function environmentOf(
  service: ServiceSpec,
  port: number,
  book: AddressBook,
  own: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const urls = Object.entries(book.services).map(([name, url]) => [urlName(name), url]);
  return {
    ...(own.NODE_ENV === 'production' ? {} : developmentSettings),
    ...withoutNpm(own),
    STRIPE_API_BASE: book.cards ?? own.STRIPE_API_BASE ?? 'https://api.stripe.com',
    PORT: String(port),
    DATABASE_URL: book.databases[service.name],
    AMQP_URL: book.amqp,
    ROLLCALL_PREFIX: book.prefix,
    AUTH_JWKS_URL: own.AUTH_JWKS_URL || `${book.services.identity}/.well-known/jwks.json`,
    ...Object.fromEntries(urls),
    ...(book.mail && { SMTP_URL: book.mail.smtp, PUBLIC_URL: own.PUBLIC_URL || book.gateway }),
  };
}

/** npm adds some forty settings of its own to the environment of a script; none is ours. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_/i.test(name) && name !== 'INIT_CWD'),
  );
}
