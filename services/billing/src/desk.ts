import type { Database } from '@rollcall/kit/database';
import type { Logger } from '@rollcall/kit/log';
import type { Provider } from './provider.js';

/** What those need who ask the provider and record what it says: never with a transaction open while they ask. */
export interface Desk {
  readonly db: Database;
  readonly provider: Provider;
  readonly log: Logger;
  readonly clock: () => Date;
}
