/** An issuer of the bench's own, so that a service can be measured without identity. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testKeys, token } from '@rollcall/kit/testing';

export interface Issuer {
  readonly settings: Readonly<Record<string, string>>;
  close(): void;
}

export async function startIssuer(): Promise<Issuer> {
  const keys = JSON.stringify(await testKeys());
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return {
    settings: { AUTH_JWKS_URL: url, AUTH_ISSUER: 'rollcall-test', AUTH_AUDIENCE: 'rollcall-test' },
    close: () => server.close(),
  };
}

export const adminToken = (): Promise<string> =>
  token({ id: '01980000-0000-7000-8000-000000000001', roles: ['admin'] }, { expires: '60m' });
