/** A list of holds for a spreadsheet: money in major units, and of the decision what money follows from. */
import type { Hold } from '@rollcall/contracts/api/settlement';
import { type Money, money, toDecimal } from '@rollcall/contracts/money';
import { type Column, type Csv, listCsv } from '@rollcall/kit/csv';

const majorOf = (value: Money | undefined): string | null => (value === undefined ? null : toDecimal(value));

const COLUMNS: readonly Column<Hold>[] = [
  ['id', ({ id }) => id],
  ['purchaseId', ({ purchaseId }) => purchaseId],
  ['courseId', ({ courseId }) => courseId],
  ['sessionId', ({ sessionId }) => sessionId],
  ['studentId', ({ studentId }) => studentId],
  ['teacherId', ({ teacherId }) => teacherId],
  ['status', ({ status }) => status],
  ['amount', ({ amount, currency }) => toDecimal(money(amount, currency))],
  ['teacher', ({ decision }) => majorOf(decision?.teacher)],
  ['commission', ({ decision }) => majorOf(decision?.commission)],
  ['referral', ({ decision }) => majorOf(decision?.referral)],
  ['refund', ({ decision }) => majorOf(decision?.refund)],
  ['currency', ({ currency }) => currency],
  ['reason', ({ decision }) => decision?.reason ?? null],
  ['attendancePercent', ({ decision }) => decision?.attendance?.percent ?? null],
  ['heldAt', ({ heldAt }) => heldAt],
  ['decidedAt', ({ decidedAt }) => decidedAt],
  ['paidAt', ({ paidAt }) => paidAt],
];

/** What `read` lists, page after page. */
export const holdsCsv = (read: Parameters<typeof listCsv<Hold>>[2]): Csv => listCsv('holds', COLUMNS, read);
