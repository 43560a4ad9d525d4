import type { AreaNav } from '../app/nav.js';
import {
  BankIcon,
  BookIcon,
  ChartIcon,
  GearIcon,
  ListIcon,
  PeopleIcon,
  ReceiptIcon,
  RepeatIcon,
  ScalesIcon,
  ShieldIcon,
} from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'admin',
  roles: ['admin'],
  items: [
    { path: '/admin', label: { en: 'Work queue', uk: 'Черга справ' }, icon: ListIcon },
    { path: '/admin/withdrawals', label: { en: 'Withdrawals', uk: 'Виплати' }, icon: BankIcon },
    { path: '/admin/payout-batches', label: { en: 'Payout batches', uk: 'Пакети виплат' }, icon: RepeatIcon },
    { path: '/admin/holds', label: { en: 'Holds', uk: 'Утримані кошти' }, icon: ScalesIcon },
    { path: '/admin/reviews', label: { en: 'Reviews', uk: 'Перегляди' }, icon: ShieldIcon },
    { path: '/admin/disputes', label: { en: 'Disputes', uk: 'Оскарження' }, icon: PeopleIcon },
    { path: '/admin/sessions', label: { en: 'Attendance', uk: 'Відвідування' }, icon: BookIcon },
    { path: '/admin/purchases', label: { en: 'Purchases', uk: 'Покупки' }, icon: ReceiptIcon },
    { path: '/admin/policies', label: { en: 'Commission', uk: 'Комісія' }, icon: ChartIcon },
    { path: '/admin/users', label: { en: 'Users', uk: 'Користувачі' }, icon: PeopleIcon },
    { path: '/admin/debts', label: { en: 'Debts', uk: 'Борги' }, icon: ScalesIcon },
    { path: '/admin/plans', label: { en: 'Plans', uk: 'Тарифи' }, icon: GearIcon },
    { path: '/admin/audit', label: { en: 'Audit trail', uk: 'Журнал дій' }, icon: ListIcon },
  ],
};
