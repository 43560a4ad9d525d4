import type { ListState } from '../parts/data-table.js';

/** Rows that came all at once, as a table takes them. */
export const listedOf = <Row>(rows: readonly Row[]): ListState<Row> => ({
  rows,
  isLoading: false,
  isLoadingMore: false,
  error: undefined,
  hasMore: false,
  more: () => undefined,
  retry: () => undefined,
});
