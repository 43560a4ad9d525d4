import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that can hold back what the client says, or cut and refuse everything. */
export interface TcpProxy {
  readonly port: number;
  /** Stops forwarding from client to server; what the server says still arrives. */
  holdClients(): void;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  heal(): void;
  close(): Promise<void>;
}

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket }>();
  const state = { held: false, down: false };
  const server: Server = createServer((client) => {
    if (state.down) return void client.destroy();
    const upstream = connect(targetPort, '127.0.0.1');
    const pair = { client, upstream };
    pairs.add(pair);
    client.on('data', (bytes) => {
      if (!state.held) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => client.write(bytes));
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    for (const { client } of pairs) client.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    holdClients: () => {
      state.held = true;
    },
    cut: () => {
      state.down = true;
      drop();
    },
    heal: () => {
      state.down = false;
      state.held = false;
    },
    close: async () => {
      drop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
