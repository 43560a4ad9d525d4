import type { AreaNav } from '../app/nav.js';
import { ScalesIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'finance',
  roles: ['finance', 'admin'],
  items: [{ path: '/finance', label: { en: 'Trial balance', uk: 'Оборотний баланс' }, icon: ScalesIcon }],
};
