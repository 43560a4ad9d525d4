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

const letter = z.object({
  userId: Id,
  email: z.string(),
  locale: z.string(),
  displayName: z.string(),
  /** Sealed for the service that writes letters (kit/sealed.ts, purpose `letter/<userId>`): events are kept for months. */
  token: z.string(),
  expiresAt: Instant,
});

export const passwordResetRequested = event(
  'identity.password-reset-requested',
  1,
  'userId',
  'Somebody forgot a password: write to the address with the token that sets a new one.',
  letter,
);
export const emailVerificationRequested = event(
  'identity.email-verification-requested',
  1,
  'userId',
  'An address is to be verified: write to it with the token that shows the letter arrived.',
  letter,
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
