import type { Subscription } from '@rollcall/contracts/api/subscriptions';

const OVER = ['cancelled', 'expired', 'refused'];

/** It has ended, or never began: another may begin. */
export const isOver = ({ status }: Subscription): boolean => OVER.includes(status);
