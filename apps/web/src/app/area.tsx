import { type ComponentType, lazy, Suspense } from 'react';
import { type RouteObject, useRoutes } from 'react-router';
import { LoadingState } from '../parts/states.js';
import { NotFound } from './not-found.js';

/** An area of the app as a chunk of its own, loaded when one first goes there. Its routes are relative to its path. */
const area = (load: () => Promise<{ default: RouteObject[] }>): ComponentType =>
  lazy(async () => {
    const { default: routes } = await load();
    const all = [...routes, { path: '*', element: <NotFound /> }];
    return { default: () => useRoutes(all) };
  });

const AREAS = {
  public: area(() => import('../public/routes.js')),
  account: area(() => import('../account/routes.js')),
  student: area(() => import('../student/routes.js')),
  teacher: area(() => import('../teacher/routes.js')),
  admin: area(() => import('../admin/routes.js')),
  finance: area(() => import('../finance/routes.js')),
  system: area(() => import('../system/routes.js')),
};

export function Area({ name }: { readonly name: keyof typeof AREAS }) {
  const Pages = AREAS[name];
  return (
    <Suspense fallback={<LoadingState />}>
      <Pages />
    </Suspense>
  );
}
