/** Changes as they happen: one connection for all tabs, whose leader tells the others. */
import type { ReceivedEvent } from '@rollcall/contracts/event-reader';
import { useEffect, useSyncExternalStore } from 'react';
import { queries } from '../api/queries.js';
import { useUser } from '../session/session.js';
import { inTurn } from '../session/tabs.js';
import { concerns } from './changes.js';
import { follow, type Link } from './connection.js';
import { gatherer } from './gather.js';

type Told = { readonly event: ReceivedEvent } | { readonly link: Link };

/** Milliseconds between two looks where there is no stream. */
const LOOK = 20_000;

let link: Link = 'starting';
const watchers = new Set<() => void>();
const become = (next: Link) => {
  // What was missed while it was broken may not be kept for us any more.
  if (next === 'open' && link === 'broken') gather('');
  link = next;
  for (const watcher of watchers) watcher();
};

/** Whether changes come by themselves at the moment: a small mark in the header. */
export const useLink = (): Link =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => link,
  );

/** Follows the changes that concern who is signed in; what is shown of them is asked for anew. Used once, by the shell. */
export function useLive(): void {
  const userId = useUser()?.id;
  useEffect(() => {
    if (userId === undefined) return;
    const end = new AbortController();
    const channel =
      typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`rollcall-live-${userId}`);
    channel?.addEventListener('message', ({ data }: MessageEvent<Told>) => take(data));
    const tell = (told: Told) => {
      take(told);
      channel?.postMessage(told);
    };
    const lead = () =>
      follow({ hear: (event) => tell({ event }), say: (now) => tell({ link: now }), signal: end.signal });
    // Held for as long as this tab leads; when it is closed the next in the queue does.
    void inTurn(`rollcall-live-${userId}`, () => (end.signal.aborted ? Promise.resolve() : lead()));
    const looks = setInterval(() => {
      if (link !== 'open' && document.visibilityState === 'visible') void queries.invalidateQueries();
    }, LOOK);
    return () => {
      end.abort();
      clearInterval(looks);
      channel?.close();
    };
  }, [userId]);
}

function take(told: Told): void {
  if ('link' in told) {
    become(told.link);
    return;
  }
  if (link !== 'open') become('open');
  const { event, data } = told.event;
  if (event === 'reset') gather('');
  if (event === 'change') gather(resourceIn(data));
}

function resourceIn(data: string): string {
  try {
    const { resource } = JSON.parse(data) as { resource?: unknown };
    return typeof resource === 'string' ? resource : '';
  } catch {
    return '';
  }
}

/** '' stands for everything. */
const gather = gatherer((changed) => {
  void queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === 'string' && changed.some((resource) => concerns(resource, path)),
  });
});
