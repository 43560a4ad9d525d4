import { type ComponentType, lazy } from 'react';
import type { RouteObject } from 'react-router';
import '../office/office.css';
import { OnlyFor } from '../session/only-for.js';
import { admin as adminEn } from '../words/en/admin.js';
import { system as en } from '../words/en/system.js';
import { admin as adminUk } from '../words/uk/admin.js';
import { system as uk } from '../words/uk/system.js';
import { addWords } from '../words/words.js';

addWords('system', { en, uk });
// The filters of the offices speak by these.
addWords('admin', { en: adminEn, uk: adminUk });

/** A page for admins, loaded when one goes there. */
function page(path: string, load: () => Promise<{ default: ComponentType }>): RouteObject {
  const Shown = lazy(load);
  const element = (
    <OnlyFor roles={['admin']}>
      <Shown />
    </OnlyFor>
  );
  return path === '' ? { index: true, element } : { path, element };
}

const routes: RouteObject[] = [
  page('', () => import('./services.js')),
  page('journeys', () => import('./journeys.js')),
];

export default routes;
