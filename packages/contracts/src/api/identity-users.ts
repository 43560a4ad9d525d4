/** What admins and finance see of people, and of what people did by hand. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Role, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

export const UserStatus = z.enum(['active', 'suspended']);

export const User = z
  .object({
    id: Id,
    email: z.string(),
    /** Somebody has shown that letters to the address arrive. Nothing depends on it: an unverified user may buy. */
    emailVerified: z.boolean(),
    name: z.string(),
    roles: z.array(Role),
    locale: z.string(),
    timeZone: z.string(),
    referralCode: z.string(),
    referrerId: Id.nullable(),
    status: UserStatus,
    createdAt: Instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const listUsers = route({
  method: 'get',
  path: '/admin/users',
  who: ['admin'],
  summary: 'Accounts, newest first; `text` is looked for in address and name',
  query: z.strictObject({
    ...page,
    text: text(100).optional(),
    role: setOf(Role),
    status: setOf(UserStatus),
    referrerId: Id.optional(),
  }),
  status: 200,
  answer: listOf(User),
});

const userId = z.strictObject({ id: Id });

export const readUser = route({
  method: 'get',
  path: '/admin/users/:id',
  who: ['admin'],
  summary: 'One account',
  params: userId,
  status: 200,
  answer: User,
  conditional: true,
});

export const updateUser = route({
  method: 'patch',
  path: '/admin/users/:id',
  who: ['admin'],
  summary: 'Change roles, suspend or reactivate, name the referrer of somebody who has none; needs a reason',
  params: userId,
  body: z
    .strictObject({
      roles: z
        .array(Role)
        .min(1)
        .max(4)
        .refine((roles) => new Set(roles).size === roles.length, 'must name each role once')
        .optional(),
      status: UserStatus.optional(),
      referrerId: Id.optional(),
      reason: text(500),
    })
    .refine(
      ({ roles, status, referrerId }) => [roles, status, referrerId].some((one) => one !== undefined),
      'must change roles, status or referrerId',
    ),
  status: 200,
  answer: User,
  problems: [409, 422],
  conditional: true,
});

/** One act of a person, as the service it was done in told it. */
export const AuditEntry = z
  .object({
    id: Id,
    /** The service it was done in. */
    service: z.string(),
    /** null: the system itself, or an operator, whom the reason names. */
    actor: Id.nullable(),
    action: z.string(),
    target: z.string(),
    reason: z.string(),
    at: Instant,
    createdAt: Instant,
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const audit = <const Path extends string, const Who extends 'admin' | 'finance'>(path: Path, who: Who) =>
  route({
    method: 'get',
    path,
    who: [who],
    summary: 'Who did what by hand, when, to what and why, in every service; newest first',
    query: z.strictObject({
      ...page,
      ...period,
      actor: Id.optional(),
      action: setOf(text(100)),
      target: text(300).optional(),
    }),
    status: 200,
    answer: listOf(AuditEntry),
  });

export const adminAudit = audit('/admin/audit', 'admin');
export const financeAudit = audit('/finance/audit', 'finance');
