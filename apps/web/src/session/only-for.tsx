import { Button } from '@mantine/core';
import type { Role } from '@rollcall/contracts/shapes';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, Navigate, useLocation } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { ErrorState, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { freshSession } from './renewal.js';
import { useSession } from './session.js';

interface OnlyForProps {
  /** Any of these; none: whoever is signed in. */
  readonly roles?: readonly Role[];
  readonly children: ReactNode;
}

/** A page for those signed in: others are asked to, and come back here afterwards. The API decides on its own. */
export function OnlyFor({ roles, children }: OnlyForProps) {
  const t = useWords('common');
  const session = useSession();
  const { pathname, search } = useLocation();
  const renewal = useRenewal(session.status === 'unknown');
  if (renewal.error) return <ErrorState error={renewal.error} retry={() => void renewal.refetch()} />;
  if (session.status === 'unknown') return <LoadingState />;
  if (session.status === 'out')
    return <Navigate to={`/account/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  if (roles === undefined || roles.some((role) => session.user.roles.includes(role))) return children;
  return (
    <>
      <PageTitle words={t('access.wrongRoleHint', { name: session.user.name })}>
        {t('access.wrongRole')}
      </PageTitle>
      <Button component={Link} to="/">
        {t('access.home')}
      </Button>
    </>
  );
}

/** Who it is, is asked once as the page is loaded; again each 5 s while nobody answers. */
export const useRenewal = (enabled: boolean) =>
  useQuery({
    queryKey: ['session'],
    queryFn: async () => (await freshSession()).status,
    enabled,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.status === 'error' ? 5_000 : false),
  });
