/** What the tabs of one browser tell each other, and how they take turns. */
import type { Session } from './store.js';

export type Told = { readonly kind: 'session'; readonly session: Session };

const channel =
  typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('rollcall-session');

export const tell = (told: Told): void => channel?.postMessage(told);

export function onTold(hear: (told: Told) => void): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<Told>) => hear(data));
}

/** One tab at a time. Without Web Locks (a page by plain HTTP from another machine) each tab stands alone. */
export const inTurn = <Value>(name: string, act: () => Promise<Value>): Promise<Value> =>
  navigator.locks === undefined ? act() : navigator.locks.request(name, act);
