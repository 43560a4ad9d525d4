import { createBrowserRouter } from 'react-router';
import { area } from './area.js';
import { Crash } from './crash.js';
import { Shell } from './shell.js';

/** Each area is a folder beside this one; what it shows is in its own routes.tsx. */
export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Crash />,
    children: [
      area('student/*', () => import('../student/routes.js')),
      area('teacher/*', () => import('../teacher/routes.js')),
      area('admin/*', () => import('../admin/routes.js')),
      area('finance/*', () => import('../finance/routes.js')),
      area('system/*', () => import('../system/routes.js')),
      area('account/*', () => import('../account/routes.js')),
      area('*', () => import('../public/routes.js')),
    ],
  },
]);
