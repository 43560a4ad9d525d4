import { attendanceAudited } from '@rollcall/contracts/events/attendance';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import { type Consumer, on } from '@rollcall/kit/consumer';
import { recordAudit } from './use-cases/record-audit.js';

/** Everything identity reacts to. */
export const consumers: Consumer[] = [walletAudited, attendanceAudited].map((type) => on(type, recordAudit));
