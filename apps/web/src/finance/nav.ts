import type { AreaNav } from '../app/nav.js';
import {
  BankIcon,
  DownloadIcon,
  ListIcon,
  ReceiptIcon,
  RepeatIcon,
  ScalesIcon,
  ShieldIcon,
  WalletIcon,
} from '../parts/icons.js';

export const nav: AreaNav = {
  area: 'finance',
  roles: ['finance', 'admin'],
  items: [
    { path: '/finance', label: { en: 'Trial balance', uk: 'Оборотний баланс' }, icon: ScalesIcon },
    { path: '/finance/ledger', label: { en: 'Ledger', uk: 'Книга обліку' }, icon: ReceiptIcon },
    { path: '/finance/holds', label: { en: 'Follow a hold', uk: 'Шлях коштів' }, icon: WalletIcon },
    { path: '/finance/seals', label: { en: 'Seals', uk: 'Печатки' }, icon: ShieldIcon },
    { path: '/finance/solvency', label: { en: 'Solvency', uk: 'Платоспроможність' }, icon: BankIcon },
    { path: '/finance/reconciliation', label: { en: 'Reconciliation', uk: 'Звірка' }, icon: RepeatIcon },
    { path: '/finance/exports', label: { en: 'Exports', uk: 'Вивантаження' }, icon: DownloadIcon },
    { path: '/finance/audit', label: { en: 'Audit trail', uk: 'Журнал дій' }, icon: ListIcon },
  ],
};
