import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds: between two looks for idle connections, and until one that never said a word is taken for one. */
const LOOK = 50;
const SILENT = 500;

/**
 * How to close a server: answers in hand may end until the deadline (milliseconds), and connections close as they fall idle,
 * as kept ones would hold it for seconds. Those on which nothing ever came node does not call idle: the pool of a caller
 * opens one for a request that is then given up, and it was seen to hold a stop to its deadline. To be called before the
 * server listens.
 */
export function closerOf(server: Server): (deadline: number) => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const closeSilent = () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  return async (deadline) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const idle = setInterval(() => server.closeIdleConnections(), LOOK);
    const silent = setTimeout(closeSilent, SILENT);
    const late = setTimeout(() => server.closeAllConnections(), deadline);
    server.closeIdleConnections();
    await closed;
    clearInterval(idle);
    clearTimeout(silent);
    clearTimeout(late);
  };
}
