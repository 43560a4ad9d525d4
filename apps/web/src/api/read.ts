/** What the API answers, kept and shared: one key for each route and what it was asked with. */
import type { CallInput, Reply } from '@rollcall/contracts/client';
import type { AnyRoute, Given, ItemOf } from '@rollcall/contracts/client/types';
import { type InfiniteData, type QueryKey, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from './client.js';
import { queries } from './queries.js';

interface Asked {
  readonly params?: unknown;
  readonly query?: unknown;
}

/** `keyOf(readHold, { params: { holdId } })`; without an input: every question of this route. */
export const keyOf = (route: AnyRoute, input?: object): QueryKey => {
  const { params, query } = (input ?? {}) as Asked;
  return input === undefined ? [route.path] : [route.path, params ?? {}, query ?? {}];
};

export interface ReadOptions {
  /** False: not asked yet. */
  readonly enabled?: boolean;
  /** Milliseconds between two questions, where the live stream tells nothing. */
  readonly every?: number;
}

/** One resource: `data` is the body, `etag` for If-Match. `input` undefined: not asked yet. */
export function useRead<R extends AnyRoute>(
  route: R,
  input: CallInput<R> | undefined,
  { enabled = true, every }: ReadOptions = {},
) {
  const result = useQuery({
    queryKey: keyOf(route, input ?? {}),
    queryFn: async ({ signal }) => {
      const { body, etag } = await api.call(route, ...([{ ...input, signal }] as unknown as Given<R>));
      return { body: body as NonNullable<Reply<R>['body']>, etag };
    },
    enabled: enabled && input !== undefined,
    ...(every !== undefined && { refetchInterval: every }),
  });
  return { ...result, data: result.data?.body, etag: result.data?.etag };
}

interface Page<Item> {
  readonly data: Item[];
  readonly nextCursor: string | null;
}

/** A list, page by page: `rows` so far, `more()` for the next ones while `hasMore`. */
export function useList<R extends AnyRoute>(route: R, input: CallInput<R>, options: ReadOptions = {}) {
  const { enabled = true, every } = options;
  const result = useInfiniteQuery<
    Page<ItemOf<R>>,
    Error,
    InfiniteData<Page<ItemOf<R>>>,
    QueryKey,
    string | undefined
  >({
    queryKey: [...keyOf(route, input), 'list'],
    queryFn: async ({ signal, pageParam }) => {
      const { query } = input as Asked;
      const asked = { ...input, query: { ...(query as object), cursor: pageParam }, signal };
      const { body } = await api.call(route, ...([asked] as unknown as Given<R>));
      return body as Page<ItemOf<R>>;
    },
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    ...(every !== undefined && { refetchInterval: every }),
  });
  return {
    rows: result.data?.pages.flatMap(({ data }) => data) ?? [],
    isLoading: result.isPending && enabled,
    isLoadingMore: result.isFetchingNextPage,
    error: result.error,
    hasMore: result.hasNextPage,
    more: () => void result.fetchNextPage(),
    retry: () => void result.refetch(),
  };
}

/** Asks anew for what these routes have answered: after an act whose effect the live stream may not tell. */
export const refetch = (...routes: readonly AnyRoute[]): Promise<unknown> =>
  Promise.all(routes.map((route) => queries.invalidateQueries({ queryKey: keyOf(route) })));
