import type { AreaNav } from '../app/nav.js';
import { BookIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'student',
  roles: ['student'],
  items: [{ path: '/student', label: { en: 'My lessons', uk: 'Мої заняття' }, icon: BookIcon }],
};
