import type { AreaNav } from '../app/nav.js';
import { BookIcon, ReceiptIcon, RepeatIcon, WalletIcon } from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'student',
  roles: ['student'],
  items: [
    { path: '/student', label: { en: 'My classes', uk: 'Мої заняття' }, icon: BookIcon },
    { path: '/student/wallet', label: { en: 'Wallet', uk: 'Гаманець' }, icon: WalletIcon },
    { path: '/student/subscription', label: { en: 'Subscription', uk: 'Передплата' }, icon: RepeatIcon },
    { path: '/student/invoices', label: { en: 'Invoices', uk: 'Рахунки' }, icon: ReceiptIcon },
  ],
};
