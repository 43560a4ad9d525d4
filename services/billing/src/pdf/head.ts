/** The head of the first page: who sells, to whom, and which document it is; and the short one of those that follow. */
import type { Printed } from '../store/invoice-files.js';
import { colours, LEFT, PAGE, RIGHT, styles } from './look.js';
import type { Pen } from './text.js';
import { factsOf, TITLES } from './words.js';

const HALF = (RIGHT - LEFT) / 2;
const LINE = 13;
/** Where the names of facts begin, and their values end. */
const FACTS = LEFT + HALF + 24;

/** Returns where the items begin. */
export function writeHead(pen: Pen, printed: Printed): number {
  band(pen, 10);
  pen.write(TITLES[printed.kind], styles.title, { x: RIGHT, y: 74, align: 'right' });
  let y = 66;
  for (const line of pen.wrap(printed.sellerName, styles.seller, HALF)) {
    pen.write(line, styles.seller, { x: LEFT, y });
    y += 16;
  }
  const details = [...printed.sellerAddress.split('\n'), `Tax id ${printed.sellerTaxId}`];
  y = lines(pen, details, { y: y + 1, style: 'quiet' });

  const top = Math.max(y, 120) + 30;
  return Math.max(writeBuyer(pen, printed, top), writeFacts(pen, printed, top)) + 30;
}

function writeBuyer(pen: Pen, printed: Printed, top: number): number {
  pen.write('BILLED TO', styles.label, { x: LEFT, y: top });
  let y = top + 18;
  for (const line of pen.wrap(printed.buyerName, styles.buyer, HALF)) {
    pen.write(line, styles.buyer, { x: LEFT, y });
    y += 16;
  }
  return lines(pen, [`Customer ${printed.userId}`], { y: y - 1, style: 'quiet' });
}

function writeFacts(pen: Pen, printed: Printed, top: number): number {
  let y = top;
  for (const [name, value] of factsOf(printed)) {
    pen.write(name, styles.quiet, { x: FACTS, y });
    pen.write(value, name === 'Number' ? styles.strong : styles.text, { x: RIGHT, y, align: 'right' });
    y += 17;
  }
  return y - 10;
}

/** Writes each line, wrapped to half the page. Returns where the next one would go. */
function lines(pen: Pen, texts: readonly string[], { y, style }: { y: number; style: 'quiet' }): number {
  let at = y;
  for (const line of texts.flatMap((text) => pen.wrap(text, styles[style], HALF))) {
    pen.write(line, styles[style], { x: LEFT, y: at });
    at += LINE;
  }
  return at;
}

export function writeSmallHead(pen: Pen, printed: Printed): void {
  band(pen, 4);
  const [name = ''] = pen.wrap(printed.sellerName, styles.strong, HALF);
  pen.write(name, styles.strong, { x: LEFT, y: 56 });
  pen.write(`${TITLES[printed.kind]} ${printed.number}`, styles.quiet, { x: RIGHT, y: 56, align: 'right' });
}

const band = ({ doc }: Pen, height: number): unknown =>
  doc.rect(0, 0, PAGE.width, height).fill(colours.accent);
