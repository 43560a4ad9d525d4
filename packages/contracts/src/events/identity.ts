import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Role } from '../shapes.js';

const user = z.object({
  userId: Id,
  roles: z.array(Role),
  displayName: z.string(),
  email: z.string(),
  locale: z.string(),
  timeZone: z.string(),
  /** null: nobody referred this user. Not heard of yet is something else: it leaves a hold unsettled. */
  referrerId: Id.nullable(),
  version: z.int(),
});

export const userRegistered = event(
  'identity.user-registered',
  1,
  'userId',
  'Somebody has an account.',
  user,
);
export const userUpdated = event('identity.user-updated', 1, 'userId', 'The account as it is now.', user);
export const userSuspended = event(
  'identity.user-suspended',
  1,
  'userId',
  'The account may not be used.',
  user,
);

/** The one shape every service's audit events share; the only event that may carry free text. */
export const audited = z.object({
  auditId: Id,
  actor: Id.nullable(),
  action: z.string(),
  target: z.string(),
  reason: z.string(),
  at: Instant,
});
