import { readProvider } from '@rollcall/contracts/api/billing';
import { useRead } from '../api/read.js';

/** The card provider's publishable key; undefined where there is none. Asked for again where it is not known yet; throws when it cannot be had. */
export function useProviderKey(): () => Promise<string | undefined> {
  const { data, refetch } = useRead(readProvider, {});
  return async () => {
    const known = data ?? (await refetch({ throwOnError: true })).data?.body;
    return known?.publishableKey ?? undefined;
  };
}
