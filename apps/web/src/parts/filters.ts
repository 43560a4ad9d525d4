import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { filled, filtersIn } from './filter-state.js';

/**
 * A page's filters in its address, so that reload and the back button keep them. `defaults` names each and its shape, a
 * text or a set: `useFilters({ status: [] as string[], from: '' })`. Give it a constant.
 */
export function useFilters<F extends Record<string, string | string[]>>(defaults: F) {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersIn(search, defaults), [search, defaults]);
  const change = useCallback(
    (changes: Partial<F>) => setSearch((before) => filled(before, changes), { preventScrollReset: true }),
    [setSearch],
  );
  return [filters, change] as const;
}
