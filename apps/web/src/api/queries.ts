import { QueryClient } from '@tanstack/react-query';
import { current, subscribe } from '../session/store.js';
import { willPass } from './trouble.js';

/** Milliseconds between two questions while nobody answers. */
export const ASK_AGAIN = 5_000;

/** The live stream says what has changed; without it nothing is older than half a minute once it is looked at anew. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      retry: false,
      refetchInterval: ({ state }) => (willPass(state.error) ? ASK_AGAIN : false),
    },
    mutations: { retry: false },
  },
});

const userId = () => {
  const session = current();
  return session.status === 'in' ? session.user.id : undefined;
};

/** Nobody sees what another had on this screen. */
let last = userId();
subscribe(() => {
  const now = userId();
  if (now === last || current().status === 'unknown') return;
  if (last !== undefined) queries.clear();
  else void queries.invalidateQueries();
  last = now;
});
