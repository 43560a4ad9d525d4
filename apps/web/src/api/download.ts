import { type CallInput, NoAnswerError } from '@rollcall/contracts/client';
import type { AnyRoute } from '@rollcall/contracts/client/types';
import { api } from './client.js';

/** Saves what a route answers as a file: `await download(listTransactions, { query }, 'text/csv', 'transactions.csv')`. */
export async function download<R extends AnyRoute>(
  route: R,
  input: CallInput<R>,
  accept: string,
  name: string,
): Promise<void> {
  const response = await api.open(route, input, accept);
  const file = await response.blob().catch((error: unknown) => {
    throw new NoAnswerError(route.path, error);
  });
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(response.headers.get('content-disposition')) ?? name;
  link.click();
  // The browser has taken it by then; what is not revoked stays in memory until the page is closed.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Of `attachment; filename="INV-1.pdf"`. */
export const fileName = (disposition: string | null): string | undefined =>
  /filename="?([\w .()-]{1,100})"?/.exec(disposition ?? '')?.[1];
