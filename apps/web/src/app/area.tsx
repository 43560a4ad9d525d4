import { lazy, Suspense } from 'react';
import { type RouteObject, useRoutes } from 'react-router';
import { LoadingState } from '../parts/states.js';
import { NotFound } from './not-found.js';

type Load = () => Promise<{ default: RouteObject[] }>;

/** An area of the app as a chunk of its own, loaded when one first goes there. Its routes are relative to its path. */
export function area(path: string, load: Load): RouteObject {
  const Area = lazy(async () => {
    const { default: routes } = await load();
    const all = [...routes, { path: '*', element: <NotFound /> }];
    return { default: () => useRoutes(all) };
  });
  return {
    path,
    element: (
      <Suspense fallback={<LoadingState />}>
        <Area />
      </Suspense>
    ),
  };
}
