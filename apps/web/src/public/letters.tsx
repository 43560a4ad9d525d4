/** The addresses that letters name: each leads to the reader's own page of it. */
import type { Role } from '@rollcall/contracts/shapes';
import { Navigate, type RouteObject, useLocation, useParams } from 'react-router';
import { OnlyFor } from '../session/only-for.js';
import { useUser } from '../session/session.js';

function ToMine({ pages }: { readonly pages: Partial<Record<Role, string>> }) {
  const roles = useUser()?.roles ?? [];
  const { id = '' } = useParams();
  const role = (Object.keys(pages) as Role[]).find((one) => roles.includes(one));
  return <Navigate to={(role && pages[role])?.replace(':id', id) ?? '/'} replace />;
}

const toMine = (path: string, pages: Partial<Record<Role, string>>): RouteObject => ({
  path,
  element: (
    <OnlyFor>
      <ToMine pages={pages} />
    </OnlyFor>
  ),
});

/** The token of a letter stands behind the #, which no server sees. */
function WithToken({ to }: { readonly to: string }) {
  const { hash } = useLocation();
  return <Navigate to={{ pathname: to, hash }} replace />;
}

export const fromLetters: readonly RouteObject[] = [
  toMine('wallet', { student: '/student/wallet', teacher: '/teacher' }),
  toMine('lessons', { student: '/student', teacher: '/teacher' }),
  toMine('subscription', { student: '/student/subscription' }),
  toMine('withdrawals', { teacher: '/teacher/withdrawals' }),
  toMine('invoices/:id', { student: '/student/invoices/:id' }),
  { path: 'verify-email', element: <WithToken to="/account/verify-email" /> },
  { path: 'reset-password', element: <WithToken to="/account/reset-password" /> },
];
