import type { AreaNav } from '../app/nav.js';
import { PulseIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'system',
  roles: ['admin'],
  items: [{ path: '/system', label: { en: 'System', uk: 'Система' }, icon: PulseIcon }],
};
