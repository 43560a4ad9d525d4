import { attendanceAudited } from '@rollcall/contracts/events/attendance';
import { billingAudited } from '@rollcall/contracts/events/billing';
import { settlementAudited } from '@rollcall/contracts/events/settlement';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import { type Consumer, on } from '@rollcall/kit/consumer';
import { recordAudit } from './use-cases/record-audit.js';

/** Every service's word of what somebody did by hand: one shape, one trail. */
const audits = [walletAudited, attendanceAudited, settlementAudited, billingAudited];

/** Everything identity reacts to. */
export const consumers: Consumer[] = audits.map((type) => on(type, recordAudit));
