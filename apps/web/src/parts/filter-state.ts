/** Filters in an address, and back. */
export type Filters = Record<string, string | string[]>;

export function filtersIn<F extends Filters>(search: URLSearchParams, defaults: F): F {
  const entries = Object.entries(defaults).map(([name, usual]) => {
    if (!search.has(name)) return [name, usual];
    const given = search.getAll(name).filter((value) => value !== '');
    return [name, Array.isArray(usual) ? given : (given[0] ?? '')];
  });
  return Object.fromEntries(entries) as F;
}

/** The address with these changed; what is empty leaves it, and what others keep there stays. */
export function filled(before: URLSearchParams, changes: Partial<Filters>): URLSearchParams {
  const search = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    search.delete(name);
    for (const one of [value ?? []].flat()) if (one !== '') search.append(name, one);
  }
  return search;
}

/** As a query of the API: without what is empty. */
export const asked = <F extends Filters>(filters: F): Partial<F> =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value.length > 0)) as Partial<F>;
