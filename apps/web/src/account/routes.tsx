import { lazy, Suspense } from 'react';
import type { RouteObject } from 'react-router';
import { LoadingState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { account as en } from '../words/en/account.js';
import { account as uk } from '../words/uk/account.js';
import { addWords } from '../words/words.js';
import { ForgotPage } from './forgot.js';
import { LoginPage } from './login.js';
import { RegisterPage } from './register.js';
import { ResetPage } from './reset.js';
import { VerifyPage } from './verify.js';

addWords('account', { en, uk });

const ProfilePage = lazy(() => import('./profile.js'));

const routes: RouteObject[] = [
  { path: 'login', element: <LoginPage /> },
  { path: 'register', element: <RegisterPage /> },
  { path: 'forgot', element: <ForgotPage /> },
  { path: 'reset-password', element: <ResetPage /> },
  { path: 'verify-email', element: <VerifyPage /> },
  {
    path: 'profile',
    element: (
      <OnlyFor>
        <Suspense fallback={<LoadingState />}>
          <ProfilePage />
        </Suspense>
      </OnlyFor>
    ),
  },
];

export default routes;
