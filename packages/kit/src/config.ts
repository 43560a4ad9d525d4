import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The settings every service has. A value under `development` stands in where NODE_ENV is not production. */
export const serviceSettings = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .meta({ says: 'Anything but production has demo data and development secrets' }),
  PORT: z.coerce.number().int().min(0).max(65_535).meta({ says: 'The port to listen on' }),
  DATABASE_URL: z.string().min(1).meta({ says: "The service's own PostgreSQL database" }),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(10)
    .meta({ says: 'Connections to it at most' }),
  AMQP_URL: z.string().min(1).meta({ says: 'The RabbitMQ broker' }),
  ROLLCALL_PREFIX: z.string().default('rollcall.').meta({ says: 'Prefix of exchanges and queues' }),
  AUTH_JWKS_URL: z.url().meta({ says: 'Where the public keys of access tokens are' }),
  AUTH_ISSUER: z.string().min(1).meta({ development: 'rollcall', says: 'Issuer that tokens must name' }),
  AUTH_AUDIENCE: z.string().min(1).meta({ development: 'rollcall', says: 'Audience that tokens must name' }),
  AUTH_CLAIM_USER_ID: z.string().min(1).default('sub').meta({
    says: 'Claim with the id of the user, a UUID; a path such as `app.user_id` where it lies deeper',
  }),
  AUTH_CLAIM_ROLES: z
    .string()
    .min(1)
    .default('roles')
    .meta({ says: 'Claim with the list of roles; a path such as `realm_access.roles` where it lies deeper' }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ says: 'What is logged' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().meta({ says: 'Where traces go; none: tracing is off' }),
};

const ServiceSettings = z.object(serviceSettings);
export type ServiceConfig = z.infer<typeof ServiceSettings>;

/** Everything that is missing or wrong, in one message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment once: parsed, defaulted, frozen. Throws a ConfigError that names every missing or wrong
 * setting at once; in production a setting without a value is missing even where development has a default, and the
 * secrets of development are refused.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
): Readonly<z.output<z.ZodObject<Shape>>> {
  const given: Record<string, unknown> = {};
  const refused: string[] = [];
  for (const [name, field] of Object.entries(schema.shape as unknown as Record<string, z.ZodType>)) {
    const value = settingOf(name, env, refused);
    const { development } = field.meta() ?? {};
    if (value !== undefined && value !== '') given[name] = value;
    else if (env.NODE_ENV !== 'production') given[name] = development;
    if (env.NODE_ENV === 'production' && isKnown(name, value, development))
      refused.push(`  ${name} is the one of development, which everybody knows`);
  }
  const result = schema.safeParse(given);
  if (result.success && refused.length === 0) return Object.freeze(result.data);
  const lines = result.error?.issues.map((issue) => {
    const name = issue.path.join('.');
    return given[String(issue.path[0])] === undefined
      ? `  ${name} is missing`
      : `  ${name}: ${issue.message}`;
  });
  throw new ConfigError(`The settings are not complete:\n${[...refused, ...(lines ?? [])].join('\n')}`);
}

/** A secret, or a key in a list of `id:key`, that stands in this repository is as good as none. */
function isKnown(name: string, value: string | undefined, development: unknown): boolean {
  if (value === undefined || typeof development !== 'string' || !/SECRET|_KEYS$/.test(name)) return false;
  return value.split(/[\s,:]+/).includes(development.split(':').at(-1) ?? '');
}

/** A secret may come as a file, NAME_FILE, as engines hand them out: an environment is easier to read by others. */
function settingOf(name: string, env: Environment, refused: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (env[name] || !file) return env[name];
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    refused.push(`  ${name}_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
