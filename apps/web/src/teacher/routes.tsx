import type { RouteObject } from 'react-router';
import { OnlyFor } from '../session/only-for.js';
import { teacher as en } from '../words/en/teacher.js';
import { teacher as uk } from '../words/uk/teacher.js';
import { addWords } from '../words/words.js';
import { CoursePage } from './courses/editor.js';
import { CoursesPage } from './courses/list.js';
import { NewCoursePage } from './courses/new.js';
import { WithdrawalsPage } from './payouts/page.js';
import { SettingsPage } from './payouts/settings.js';
import { WithdrawalPage } from './payouts/withdrawal.js';
import { DashboardPage } from './revenue/dashboard.js';
import { TransactionsPage } from './revenue/transactions.js';
import { SessionsPage } from './sessions/list.js';
import { SessionPage } from './sessions/page.js';

addWords('teacher', { en, uk });

/** Everything a teacher sees, and where. */
const pages: RouteObject[] = [
  { index: true, element: <DashboardPage /> },
  { path: 'transactions', element: <TransactionsPage /> },
  { path: 'sessions', element: <SessionsPage /> },
  { path: 'sessions/:courseId/:sessionId', element: <SessionPage /> },
  { path: 'courses', element: <CoursesPage /> },
  { path: 'courses/new', element: <NewCoursePage /> },
  { path: 'courses/:courseId', element: <CoursePage /> },
  { path: 'withdrawals', element: <WithdrawalsPage /> },
  { path: 'withdrawals/:withdrawalId', element: <WithdrawalPage /> },
  { path: 'settings', element: <SettingsPage /> },
];

const routes: RouteObject[] = pages.map(({ element, ...route }) => ({
  ...route,
  element: <OnlyFor roles={['teacher']}>{element}</OnlyFor>,
}));

export default routes;
