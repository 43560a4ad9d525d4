import type { AreaNav } from '../app/nav.js';
import { ChartIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'teacher',
  roles: ['teacher'],
  items: [{ path: '/teacher', label: { en: 'Revenue', uk: 'Доходи' }, icon: ChartIcon }],
};
