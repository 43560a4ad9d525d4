import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startSystem } from '@rollcall/e2e/system';
import * as fontkit from 'fontkit';
import PDFDocument from 'pdfkit';
import { startIssuer } from '../keys.js';
import { type Figure, perSecond, rate, until } from '../report.js';

const INVOICES = 1_000;
/** What was asked for, a second. */
const WANTED = 25;

const NAMES = ['Anna Nowak', 'Zażółć Gęślą', 'Nguyễn Thị Hạnh', 'Дмитро Шевченко', '山田 太郎'] as const;

/** Drafts of paid invoices until each is numbered and its PDF stored, by one process; beside it bare pdfkit in this one. */
export async function invoices(): Promise<Figure[]> {
  const issuer = await startIssuer();
  const system = await startSystem({ services: ['billing'], settings: issuer.settings });
  const db = system.db('billing');
  const started = performance.now();
  await db.transaction(async (tx) => {
    await tx.raw(
      `insert into payers (user_id, display_name, locale, version)
       select ('01980000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, (?::text[])[n % ? + 1], 'pl-PL', 1
         from generate_series(1, ?) n`,
      [[...NAMES], NAMES.length, INVOICES],
    );
    await tx.raw(`insert into invoices (id, kind, user_id, currency, subtotal, total, due_days, subscription_id, period_start,
                                        issue_at, created_at)
      select gen_random_uuid(), 'invoice', user_id, 'PLN', 12300, 12300, 0, gen_random_uuid(), now(), now(), now() from payers`);
    await tx.raw(
      `insert into invoice_items select id, 1, 'Four lessons a month', 1, 12300, 12300 from invoices`,
    );
  });
  const made = async () => Number((await db('invoice_files').count('* as n').first())?.n) === INVOICES;
  await until('every invoice has its file', made, { every: 50 });
  const ours = perSecond(INVOICES, performance.now() - started);
  await system.stop();
  issuer.close();
  const bare = await bareRate();
  const name = `${INVOICES.toLocaleString('en')} invoices numbered, with PDF`;
  return [
    {
      name,
      ours: rate(ours),
      limit: rate(WANTED),
      ratio: ours / WANTED,
      goal: 1,
      means: 'ours over what is wanted',
    },
    {
      ...{
        name: `${name}, against bare pdfkit`,
        ours: rate(ours),
        limit: rate(bare),
        ratio: ours / bare,
        goal: 0.5,
      },
      means: 'ours over one page with the same three fonts and twenty lines, made and thrown away',
    },
  ];
}

const require = createRequire(import.meta.url);
/** Opened once, as ours are; pdfkit's types know of names and bytes only. */
const opened = (file: string) => fontkit.create(readFileSync(file)) as unknown as string;
const REGULAR = opened(require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'));
const BOLD = opened(require.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'));
const JAPANESE = opened(
  require.resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
);

async function bareRate(): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < INVOICES / 5; n += 1) await barePage(NAMES[n % NAMES.length] ?? '');
  return perSecond(INVOICES / 5, performance.now() - started);
}

function barePage(name: string): Promise<void> {
  const doc = new PDFDocument({ size: 'A4', font: REGULAR });
  const ended = new Promise<void>((resolve, reject) => {
    doc.once('end', resolve).once('error', reject).resume();
  });
  for (let line = 0; line < 18; line += 1) doc.text(`Four lessons a month ${line} 123.00`);
  doc.font(BOLD).text('Invoice');
  doc.font(/\p{Script=Han}/u.test(name) ? JAPANESE : BOLD).text(name);
  doc.end();
  return ended;
}
