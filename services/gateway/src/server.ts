import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { traceOf } from '@rollcall/kit/tracing';
import { HttpError, writeProblem } from './problems.js';

export interface ServerRules {
  /** Milliseconds to send all headers, and to send the whole request. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Connections at once; more are closed unanswered. */
  readonly connections: number;
}

const STANDING = {
  /** Milliseconds: how late a timeout may be noticed. Node's own 30 s would be later than the timeouts. */
  connectionsCheckingInterval: 1_000,
  /** Longer than the 60 s that load balancers keep connections: the side that sends must be the one that closes. */
  keepAliveTimeout: 65_000,
  /** The app refuses it itself, as a problem. */
  requireHostHeader: false,
};

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers what is no request with a problem too. */
export function createHttpServer(listener: Listener, { connections, ...timeouts }: ServerRules): Server {
  const heard = closingQueued(listener);
  const server = createServer({ ...timeouts, ...STANDING }, heard);
  server.maxConnections = connections;
  // The listener decides whether the body is wanted: without this Node asks for it before anyone has looked. What else is
  // expected the app refuses.
  server.on('checkContinue', heard);
  server.on('checkExpectation', heard);
  server.on('connect', (_request, socket: Duplex) => {
    refuse(
      socket,
      new HttpError(405, 'wrong-method', 'This is no forward proxy.', { Allow: 'GET, POST, PATCH, DELETE' }),
    );
  });
  server.on('clientError', onClientError);
  return server;
}

/**
 * Ends answers whose connection ends before their turn has come. Of several requests sent at once on one connection Node
 * gives it to the first answer alone, and tells the others nothing of its end: who relays them would wait for good.
 */
function closingQueued(listener: Listener): Listener {
  const queues = new WeakMap<Socket, Set<ServerResponse>>();
  const queueOf = (socket: Socket): Set<ServerResponse> => {
    const known = queues.get(socket);
    if (known !== undefined) return known;
    const queue = new Set<ServerResponse>();
    queues.set(socket, queue);
    socket.once('close', () => {
      for (const response of queue) {
        if (response.socket !== null) continue; // its turn had come, and Node tells it
        response.destroy();
        response.emit('close');
      }
    });
    return queue;
  };
  return (request, response) => {
    if (response.socket === null) {
      const queue = queueOf(request.socket).add(response);
      response.once('finish', () => queue.delete(response));
    }
    listener(request, response);
  };
}

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Answering over the head of an answer that has begun would pass for a part of it.
  const inAnswer = (socket as { _httpMessage?: ServerResponse })._httpMessage?.headersSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || inAnswer) return void socket.destroy();
  refuse(socket, refusalOf(error.code));
}

function refuse(socket: Duplex, error: HttpError): void {
  writeProblem(socket, error, traceOf(undefined).traceId);
}

function refusalOf(code: string | undefined): HttpError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError(
        431,
        'headers-too-large',
        'Send fewer or shorter headers: 16 kB is the limit with the path.',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpError(413, 'body-too-large', 'Send the body without chunk extensions.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError(408, 'request-too-slow', 'The request took too long to arrive. Send it again.');
    default:
      return new HttpError(400, 'broken-request', 'The bytes make no HTTP request.');
  }
}
