import type { AreaNav } from '../app/nav.js';
import { PulseIcon, RepeatIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'system',
  roles: ['admin'],
  items: [
    { path: '/system', label: { en: 'Services', uk: 'Сервіси' }, icon: PulseIcon },
    { path: '/system/journeys', label: { en: 'Journeys', uk: 'Шляхи' }, icon: RepeatIcon },
  ],
};
