import { z } from 'zod';

/** The part of the compose specification that is used here, strict: a misspelt key would be an option without effect. */
const duration = z.string().regex(/^\d+(ms|s|m)$/);
const logging = z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) });
const limits = z.strictObject({ cpus: z.string().regex(/^\d\.\d$/), memory: z.string().regex(/^\d+[MG]$/) });
const Service = z.strictObject({
  image: z.string(),
  build: z
    .strictObject({ context: z.string(), dockerfile: z.string(), args: z.record(z.string(), z.string()) })
    .optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string().regex(/^\$\{\w+:-[\d.]+:\d+\}:\d+$/)).default([]),
  networks: z.array(z.enum(['edge', 'services', 'data'])).min(1),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).default([]),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .default({}),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        test: z.tuple([z.literal('CMD')], z.string()),
        interval: duration,
        timeout: duration,
        retries: z.int(),
        start_period: duration.optional(),
      }),
    ])
    .optional(),
  restart: z.enum(['no', 'unless-stopped']),
  profiles: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  user: z.string().optional(),
  hostname: z.string().optional(),
  shm_size: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()),
  stop_grace_period: duration.optional(),
  logging,
  deploy: z.strictObject({ resources: z.strictObject({ limits }) }),
});
export const Compose = z.strictObject({
  name: z.literal('rollcall'),
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
});
