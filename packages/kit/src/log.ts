import { type Logger, pino } from 'pino';

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
];

/** JSON lines on standard output, with secrets and personal data cut out. */
export function createLog(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  });
}
