/** Milliseconds that changes are gathered for: a class that ends has dozens at once. */
const GATHERED = 250;
/**
 * Milliseconds without another change after which all of them are asked for once more: the page may have read from a
 * service that heard of it later than the stream did.
 */
const SETTLED = 2_500;

/** Calls `refetch` with the resources named since it was called last: soon, and again when no more of them come. */
export function gatherer(refetch: (resources: readonly string[]) => void): (resource: string) => void {
  const [soon, later] = [new Set<string>(), new Set<string>()];
  const take = (gathered: Set<string>) => {
    const resources = [...gathered];
    gathered.clear();
    refetch(resources);
  };
  let end: ReturnType<typeof setTimeout> | undefined;
  return (resource) => {
    if (soon.size === 0) setTimeout(() => take(soon), GATHERED);
    soon.add(resource);
    later.add(resource);
    clearTimeout(end);
    end = setTimeout(() => take(later), SETTLED);
  };
}
