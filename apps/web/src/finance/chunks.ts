/** Seals of one request: about a second of work, so that the bar moves; the API takes ten times as many. */
const CHUNK = 10_000;

/** Ranges that cover `from` to `to` in order, a chunk each; what is no range is asked as it is, for the API to refuse. */
export function chunksOf(from: number, to: number, size = CHUNK): { from: number; to: number }[] {
  if (!(to >= from)) return [{ from, to }];
  const count = Math.ceil((to - from + 1) / size);
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * size,
    to: Math.min(to, from + (index + 1) * size - 1),
  }));
}
