/** One line a step on the screen; nothing is redrawn, so that a log of it reads the same. */
export function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

/** Runs a step and prints what it came to and how long it took: `✓ PostgreSQL 18 on 127.0.0.1:5440  0.5 s`. */
export async function step<T>(run: () => Promise<{ line: string; value: T }>): Promise<T> {
  const began = performance.now();
  const { line, value } = await run();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(`✓ ${line}  ${seconds} s\n`);
  return value;
}
