/** The items, over as many pages as they need, the columns named on each. */
import type { Printed } from '../store/invoice-files.js';
import { colours, type Flow, LEFT, RIGHT, styles } from './look.js';
import type { Pen } from './text.js';
import { amountOf } from './words.js';

/** Right ends of the columns of numbers; descriptions have what is left of them. */
const QUANTITY = RIGHT - 190;
const PRICE = RIGHT - 100;
const WIDTH = QUANTITY - 50 - LEFT;
const [HEAD, LINE, PADDING] = [26, 13, 14] as const;

export function writeItems(pen: Pen, printed: Printed, flow: Flow): void {
  flow.need(HEAD + LINE + PADDING);
  writeColumns(pen, flow);
  for (const { description, quantity, unitPrice, total } of printed.items) {
    const lines = pen.wrap(description, styles.text, WIDTH);
    if (flow.need(lines.length * LINE + PADDING)) writeColumns(pen, flow);
    const y = flow.y + 18;
    for (const [n, line] of lines.entries()) pen.write(line, styles.text, { x: LEFT + 8, y: y + n * LINE });
    pen.write(String(quantity), styles.text, { x: QUANTITY, y, align: 'right' });
    pen.write(amountOf(unitPrice, printed), styles.text, { x: PRICE, y, align: 'right', most: 82 });
    pen.write(amountOf(total, printed), styles.text, { x: RIGHT - 8, y, align: 'right', most: 84 });
    flow.y += lines.length * LINE + PADDING;
    rule(pen, flow.y);
  }
}

function writeColumns(pen: Pen, flow: Flow): void {
  const y = flow.y + 16;
  pen.doc.rect(LEFT, flow.y, RIGHT - LEFT, HEAD).fill(colours.tint);
  pen.write('DESCRIPTION', styles.label, { x: LEFT + 8, y });
  pen.write('QUANTITY', styles.label, { x: QUANTITY, y, align: 'right' });
  pen.write('PRICE', styles.label, { x: PRICE, y, align: 'right' });
  pen.write('TOTAL', styles.label, { x: RIGHT - 8, y, align: 'right' });
  flow.y += HEAD;
}

const rule = ({ doc }: Pen, y: number): unknown =>
  doc.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.5).stroke(colours.line);
