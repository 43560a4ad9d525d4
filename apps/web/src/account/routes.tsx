import type { RouteObject } from 'react-router';
import { account as en } from '../words/en/account.js';
import { account as uk } from '../words/uk/account.js';
import { addWords } from '../words/words.js';
import { LoginPage } from './login.js';

addWords('account', { en, uk });

const routes: RouteObject[] = [{ path: 'login', element: <LoginPage /> }];

export default routes;
