/** A figure beside the limit it is held against, both measured in this run on this machine. */
export interface Figure {
  readonly name: string;
  readonly ours: string;
  readonly limit: string;
  /** Greater is better; at least `goal` is wanted. */
  readonly ratio: number;
  readonly goal: number;
  /** What the ratio is of what. */
  readonly means: string;
}

export const perSecond = (count: number, milliseconds: number): number => (count / milliseconds) * 1000;

export const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

export const milliseconds = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function print(figure: Figure): void {
  const verdict = figure.ratio >= figure.goal ? 'reached' : 'MISSED';
  process.stdout.write(
    `${figure.name}\n  ours ${figure.ours}   limit ${figure.limit}   ratio ${figure.ratio.toFixed(2)} (${figure.means}; goal ${figure.goal}: ${verdict})\n`,
  );
}

/** Runs `act` over `items` with `width` of them under way at once. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  act: (item: Item, lane: number) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  const lane = async (index: number) => {
    for (const item of queue) await act(item, index);
  };
  await Promise.all(Array.from({ length: width }, (_, index) => lane(index)));
}

/** Waits until `check` is true, looking every `every` milliseconds for at most `seconds`. */
export async function until(
  what: string,
  check: () => Promise<boolean>,
  { seconds = 120, every = 10 } = {},
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
