import type { Ukrainian, Words } from '../areas.js';

export const admin: Ukrainian<Words['admin']> = {
  home: { title: 'Адміністрування', empty: 'Тут ще нічого немає' },
};
