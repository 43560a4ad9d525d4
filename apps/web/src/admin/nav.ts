import type { AreaNav } from '../app/nav.js';
import { ListIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'admin',
  roles: ['admin'],
  items: [{ path: '/admin', label: { en: 'Work queue', uk: 'Черга справ' }, icon: ListIcon }],
};
