import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

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

/** JSON lines on standard output, with secrets and personal data cut out. */
export function createLog(service: string, level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  return to === undefined ? pino(options) : pino(options, to);
}
