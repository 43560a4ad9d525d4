import { type ComponentType, lazy } from 'react';
import type { RouteObject } from 'react-router';
import '../office/office.css';
import { OnlyFor } from '../session/only-for.js';
import { admin as adminEn } from '../words/en/admin.js';
import { finance as en } from '../words/en/finance.js';
import { admin as adminUk } from '../words/uk/admin.js';
import { finance as uk } from '../words/uk/finance.js';
import { addWords } from '../words/words.js';

addWords('finance', { en, uk });
// The parts both offices are made of speak by these.
addWords('admin', { en: adminEn, uk: adminUk });

type Page = () => Promise<{ default: ComponentType }>;

/** A page for finance and admins, loaded when one goes there. */
function page(path: string, load: Page, roles: ('finance' | 'admin')[] = ['finance', 'admin']): RouteObject {
  const Shown = lazy(load);
  const element = (
    <OnlyFor roles={roles}>
      <Shown />
    </OnlyFor>
  );
  return path === '' ? { index: true, element } : { path, element };
}

const routes: RouteObject[] = [
  page('', () => import('./balance.js')),
  page('ledger', () => import('./ledger.js')),
  page('holds', () => import('./follow.js')),
  page('holds/:holdId', () => import('./hold.js')),
  page('seals', () => import('./seals.js')),
  page('solvency', () => import('./solvency.js')),
  page('reconciliation', () => import('./reconciliation.js')),
  page('exports', () => import('./exports.js')),
  page('audit', () => import('./audit.js'), ['finance']),
];

export default routes;
