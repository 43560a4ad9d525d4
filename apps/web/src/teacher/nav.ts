import type { AreaNav } from '../app/nav.js';
import { BankIcon, BookIcon, CalendarIcon, ChartIcon, GearIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'teacher',
  roles: ['teacher'],
  items: [
    { path: '/teacher', label: { en: 'Revenue', uk: 'Дохід' }, icon: ChartIcon },
    { path: '/teacher/sessions', label: { en: 'My classes', uk: 'Мої заняття' }, icon: CalendarIcon },
    { path: '/teacher/courses', label: { en: 'My courses', uk: 'Мої курси' }, icon: BookIcon },
    { path: '/teacher/withdrawals', label: { en: 'Withdrawals', uk: 'Виведення коштів' }, icon: BankIcon },
    {
      path: '/teacher/settings',
      label: { en: 'Payout settings', uk: 'Налаштування виплат' },
      icon: GearIcon,
    },
  ],
};
