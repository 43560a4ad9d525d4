/** Milliseconds: a server that is there answers its plain address at once. */
const WITHIN = 4_000;

/** Does a video server answer at this address? Asked by HTTP before its client tries for half a minute. */
export async function answers(url: string): Promise<boolean> {
  const address = url.replace(/^ws/, 'http');
  return fetch(address, { mode: 'no-cors', signal: AbortSignal.timeout(WITHIN) }).then(
    () => true,
    () => false,
  );
}
