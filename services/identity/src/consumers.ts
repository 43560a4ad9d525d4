import { walletAudited } from '@rollcall/contracts/events/wallet';
import { type Consumer, on } from '@rollcall/kit/consumer';
import { recordAudit } from './use-cases/record-audit.js';

/** Everything identity reacts to. */
export const consumers: Consumer[] = [on(walletAudited, recordAudit)];
