import { expect, test } from '@jest/globals';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import { reportOf } from './report.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const student = DEMO_ACCOUNTS.find(({ role }) => role === 'student')!;

const hold = (status: Hold['status'], decision: Partial<NonNullable<Hold['decision']>>): Hold =>
  ({
    studentId: student.id,
    amount: 1_000,
    currency: 'USD',
    status,
    paidAt: status === 'review' ? null : '2026-03-02T19:00:11.000Z',
    notes: null,
    decision: {
      attendance: null,
      teacher: usd(0),
      commission: usd(0),
      referral: usd(0),
      refund: usd(0),
      steps: ['because'],
      ...decision,
    },
  }) as Hold;

test('a hold that a person has to decide shows no shares of money: it stays held', () => {
  const line = reportOf([hold('review', { outcome: 'review', reason: 'attendance-uncertain' })], false)[0];
  expect(line).toBe(`${student.email}  $10.00 review (attendance-uncertain): held until a person decides`);
});

test('a released hold shows where its money went, and why when asked', () => {
  const released = hold('released', {
    outcome: 'released',
    reason: 'attended',
    teacher: usd(700),
    commission: usd(300),
  });
  expect(reportOf([released], true)).toEqual([
    `${student.email}  $10.00 released (attended): teacher $7.00, commission $3.00, refund $0.00`,
    '    1. because',
  ]);
});
