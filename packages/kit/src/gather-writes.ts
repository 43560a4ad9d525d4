/** What is written to a socket in one turn of the event loop leaves in one packet. */
import type { Socket } from 'node:net';

/**
 * A message and the acknowledgement of the one before, or the entries of a ledger that are published together, are writes of
 * their own: each is a system call here and a wake-up of the broker. Nothing waits for it: they leave when the turn is over.
 */
export function gatherWrites(socket: Pick<Socket, 'write' | 'cork' | 'uncork'>): void {
  const write = socket.write as (...args: unknown[]) => boolean;
  let gathering = false;
  socket.write = (...args: unknown[]): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write.apply(socket, args);
  };
}
