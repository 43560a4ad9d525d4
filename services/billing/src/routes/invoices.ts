/** What billing answers about invoices: to their owners, and to admins. */
import * as api from '@rollcall/contracts/api/invoices';
import { attachment } from '@rollcall/kit/attachment';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import type { Seller } from '../domain/invoice.js';
import { invoicesCsv, invoicesOf, numberedInvoice, readInvoice } from '../queries/invoices.js';
import { draftInvoice, dropInvoice, editInvoice } from '../use-cases/edit-invoice.js';
import { fileOf } from '../use-cases/keep-files.js';
import { finalizeInvoice, stepInvoice } from '../use-cases/step-invoice.js';

interface Context {
  readonly db: Database;
  readonly clock: () => Date;
  readonly seller: Seller;
}

export const invoices = (context: Context): Served[] => [
  ...ofOwners(context),
  ...ofAdmins(context),
  ...drafts(context),
  ...steps(context),
];

const ofOwners = ({ db, clock }: Context): Served[] => [
  query(db, api.listInvoices, async (_db, { user, query: filter, wantsCsv }) =>
    (wantsCsv ? invoicesCsv : invoicesOf)(db, { owner: user.id }, filter),
  ),
  query(db, api.readInvoice, (_db, { user, params }) =>
    readInvoice(db, { owner: user.id }, params.invoiceId),
  ),
  query(db, api.readInvoicePdf, async (_db, { user, params: { invoiceId } }) =>
    pdf(await numberedInvoice(db, { owner: user.id }, invoiceId), await fileOf(db, invoiceId, clock)),
  ),
];

const ofAdmins = ({ db, clock }: Context): Served[] => [
  query(db, api.listAdminInvoices, async (_db, { query: { userId, ...filter }, wantsCsv }) =>
    (wantsCsv ? invoicesCsv : invoicesOf)(db, { admin: true, userId }, filter),
  ),
  query(db, api.readAdminInvoice, (_db, { params }) => show(db, { id: params.invoiceId })),
  query(db, api.readAdminInvoicePdf, async (_db, { params: { invoiceId } }) =>
    pdf(await numberedInvoice(db, { admin: true }, invoiceId), await fileOf(db, invoiceId, clock)),
  ),
];

const drafts = ({ db }: Context): Served[] => [
  command(
    db,
    api.draftInvoice,
    (work, { body, user }) => draftInvoice(work, { ...body, actorId: user.id }),
    async (_db, ref) => ({ ...(await show(db, ref)), status: 201 }),
  ),
  command(
    db,
    api.editInvoice,
    (work, { params, body, user, ifMatch }) =>
      editInvoice(work, { ...params, ...body, actorId: user.id, ifMatch }),
    show,
  ),
  command(
    db,
    api.dropInvoice,
    (work, { params, user }) => dropInvoice(work, { ...params, actorId: user.id }),
    async () => reply(204),
  ),
];

const steps = ({ db, seller }: Context): Served[] => [
  command(
    db,
    api.finalizeInvoice,
    (work, { params, body, user, ifMatch }) =>
      finalizeInvoice(work, { ...params, ...body, actorId: user.id, ifMatch }, seller),
    show,
  ),
  ...(
    [
      ['void', api.voidInvoice],
      ['mark-paid', api.markInvoicePaid],
    ] as const
  ).map(([step, route]) =>
    command(
      db,
      route,
      (work, { params, body, user, ifMatch }) =>
        stepInvoice(work, { ...params, ...body, step, actorId: user.id, ifMatch }),
      show,
    ),
  ),
];

const pdf = (number: string, bytes: Buffer) => attachment(`${number}.pdf`, 'application/pdf', bytes);

async function show(db: Database, { id }: { readonly id: string }) {
  const invoice = await readInvoice(db, { admin: true }, id);
  return reply(200, invoice, { ETag: etag(invoice.version) });
}
