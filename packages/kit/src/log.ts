import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

const REDACTED = '[redacted]';

/** Fields that never reach a log, at the top or one level down, whoever logs them. */
const SECRET = [
  'authorization',
  'cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'turnPassword',
  'email',
  'accountNumber',
  'iban',
  'swiftCode',
  'clientSecret',
  'body',
  'detail', // where PostgreSQL quotes the row it refused
];

/** What an error's own fields may say: drivers and parsers hang the row, the body or the whole request on theirs. */
const TOLD = [
  'code',
  'kind',
  'status',
  'syscall',
  'address',
  'port',
  'schema',
  'table',
  'column',
  'constraint',
];
/** Errors of an AggregateError that are shown. */
const MEMBERS = 5;

/** Kind, message with its causes, stack, and what is known to hold nothing private. */
function errorOf(error: Error): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { type, message, stack } = pino.stdSerializers.err(error);
  const told = Object.entries(error).filter(([name]) => TOLD.includes(name));
  const members = error instanceof AggregateError && { errors: error.errors.slice(0, MEMBERS).map(errorOf) };
  return { type, message, stack, ...Object.fromEntries(told), ...members };
}

/**
 * The last sieve, for words nobody foresaw: e-mail addresses, tokens, and the credentials in an address. Bounded, since
 * a line may be long; and never beginning inside an escape such as \n, which would leave no JSON.
 */
const PRIVATE =
  /(?<!\\(?:u[\da-f]{0,3})?)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,24}\b|eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?|(?<=\w:\/\/)[^\s/@"]{1,300}(?=@)/gi;

/** JSON lines on standard output, with secrets and personal data cut out. */
export function createLog(service: string, level: string, to?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorOf },
    redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: REDACTED },
    hooks: { streamWrite: (line) => line.replace(PRIVATE, REDACTED) },
  };
  return to === undefined ? pino(options) : pino(options, to);
}
