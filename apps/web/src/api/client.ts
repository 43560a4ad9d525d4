import { createClient, ProblemError } from '@rollcall/contracts/client';
import { accessToken, tokenWasRefused } from '../session/session.js';

/** The API as who is signed in. A token that was refused is renewed once, and the call made again. */
export const api = createClient({
  baseUrl: '',
  token: accessToken,
  timeout: 20_000,
  fetch: async (url, init) => {
    const headers = init?.headers as Record<string, string> | undefined;
    const response = await fetch(url, init);
    if (response.status !== 401 || headers?.authorization === undefined) return response;
    tokenWasRefused(headers.authorization.slice('Bearer '.length));
    const token = await accessToken();
    if (token === undefined) return response;
    return fetch(url, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } });
  },
});

export const isProblem = (error: unknown, type: string): error is ProblemError =>
  error instanceof ProblemError && error.type === type;
