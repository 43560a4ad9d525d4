/**
 * An issued document as PDF. The same document makes the same bytes: nothing in it is of the moment or of chance, its fonts
 * are embedded, and its time is that of its issue.
 */
import PDFDocument from 'pdfkit';
import type { Printed } from '../store/invoice-files.js';
import { writeHead, writeSmallHead } from './head.js';
import { BOTTOM, PAGE, TOP } from './look.js';
import { writeItems } from './table.js';
import { penFor } from './text.js';
import { writeFeet, writeTotals } from './totals.js';
import { TITLES } from './words.js';

export async function invoicePdf(printed: Printed): Promise<Buffer> {
  const doc = new PDFDocument({
    ...{ size: [PAGE.width, PAGE.height], margin: 0, autoFirstPage: true, bufferPages: true },
    ...{ pdfVersion: '1.7', lang: 'en', displayTitle: true, font: null as unknown as string },
    info: {
      Title: `${TITLES[printed.kind]} ${printed.number}`,
      Author: printed.sellerName,
      Creator: 'Rollcall',
      CreationDate: printed.issuedAt,
    },
  });
  const bytes = collect(doc);
  const pen = penFor(doc);
  const flow = {
    y: writeHead(pen, printed),
    /** Goes to a new page where less than `height` is left of this one. Says whether it did. */
    need(height: number): boolean {
      if (this.y + height <= BOTTOM) return false;
      doc.addPage();
      writeSmallHead(pen, printed);
      this.y = TOP;
      return true;
    },
  };
  writeItems(pen, printed, flow);
  writeTotals(pen, printed, flow);
  writeFeet(pen, printed);
  doc.end();
  return bytes;
}

function collect(doc: InstanceType<typeof PDFDocument>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.once('end', () => resolve(Buffer.concat(chunks)));
    doc.once('error', reject);
  });
}
