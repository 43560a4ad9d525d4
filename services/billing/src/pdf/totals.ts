/** What it comes to, what is to be done about it, and the foot of every page. */
import type { Printed } from '../store/invoice-files.js';
import { colours, type Flow, LEFT, PAGE, RIGHT, styles } from './look.js';
import type { Pen } from './text.js';
import { amountOf, closingOf, percentOf } from './words.js';

const NAMES = RIGHT - 236;
const [ROW, BAND] = [18, 32] as const;

export function writeTotals(pen: Pen, printed: Printed, flow: Flow): void {
  const rows = rowsOf(printed);
  const closing = pen.wrap(closingOf(printed), styles.text, RIGHT - LEFT);
  flow.need(16 + rows.length * ROW + BAND + 36 + closing.length * 14);
  flow.y += 24;
  for (const [name, value] of rows) {
    pen.write(name, styles.quiet, { x: NAMES + 8, y: flow.y });
    pen.write(value, styles.text, { x: RIGHT - 8, y: flow.y, align: 'right' });
    flow.y += ROW;
  }
  pen.doc.rect(NAMES, flow.y - 8, RIGHT - NAMES, BAND).fill(colours.tint);
  pen.write('Total', styles.total, { x: NAMES + 8, y: flow.y + 12 });
  pen.write(amountOf(printed.total, printed), styles.total, { x: RIGHT - 8, y: flow.y + 12, align: 'right' });
  flow.y += BAND + 28;
  paragraph(pen, closing, flow);
  if (printed.note !== null) writeNote(pen, printed.note, flow);
}

/** Prices hold their tax: net and tax are what the total is made of. */
function rowsOf(printed: Printed): [name: string, value: string][] {
  const { subtotal, discount, total, tax, taxRate, taxCountry } = printed;
  const reduced: [string, string][] = [
    ['Sum', amountOf(subtotal, printed)],
    ['Discount', amountOf(-discount, printed)],
  ];
  return [
    ...(discount > 0 ? reduced : []),
    ['Net', amountOf(total - tax, printed)],
    [`Tax ${percentOf(taxRate)} (${taxCountry}), included`, amountOf(tax, printed)],
  ];
}

function writeNote(pen: Pen, note: string, flow: Flow): void {
  flow.y += 10;
  for (const text of note.split(/\r?\n/)) paragraph(pen, pen.wrap(text, styles.text, RIGHT - LEFT), flow);
}

function paragraph(pen: Pen, lines: readonly string[], flow: Flow): void {
  for (const line of lines) {
    flow.need(14);
    pen.write(line, styles.text, { x: LEFT, y: flow.y });
    flow.y += 14;
  }
}

/** Once all pages are there: only then is it known how many. */
export function writeFeet(pen: Pen, printed: Printed): void {
  const { start, count } = pen.doc.bufferedPageRange();
  const { sellerName, sellerTaxId, number } = printed;
  for (let page = start; page < start + count; page += 1) {
    pen.doc.switchToPage(page);
    const y = PAGE.height - 42;
    pen.doc
      .moveTo(LEFT, y - 16)
      .lineTo(RIGHT, y - 16)
      .lineWidth(0.5)
      .stroke(colours.line);
    const [line = ''] = pen.wrap(`${sellerName} · Tax id ${sellerTaxId}`, styles.foot, 330);
    pen.write(line, styles.foot, { x: LEFT, y });
    pen.write(`${number} · page ${page + 1} of ${count}`, styles.foot, { x: RIGHT, y, align: 'right' });
  }
}
