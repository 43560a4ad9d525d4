/** The accounts of `npm start`; they exist only where NODE_ENV is not production. */
import type { Role } from './shapes.js';

export const DEMO_PASSWORD = 'rollcall-demo';

export interface DemoAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** The id of the demo account that referred this one. */
  readonly referrerId: string | null;
  /** Credits to start with, in US cents. */
  readonly credits: number;
}

const account = (last: number, email: string, name: string, role: Role, more: Partial<DemoAccount> = {}) => ({
  id: `01980000-0000-7000-8000-${String(last).padStart(12, '0')}`,
  email,
  name,
  role,
  referrerId: null,
  credits: 0,
  ...more,
});

const teacher = account(3, 'teacher@rollcall.test', 'Demo Teacher', 'teacher');

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  account(1, 'admin@rollcall.test', 'Demo Admin', 'admin'),
  account(2, 'finance@rollcall.test', 'Demo Finance', 'finance'),
  teacher,
  account(4, 'referred.teacher@rollcall.test', 'Demo Referred Teacher', 'teacher', {
    referrerId: teacher.id,
  }),
  account(5, 'student@rollcall.test', 'Demo Student', 'student', { credits: 50_000 }),
  account(6, 'student2@rollcall.test', 'Demo Student Two', 'student', { credits: 50_000 }),
];
