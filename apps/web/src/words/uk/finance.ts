import type { Ukrainian, Words } from '../areas.js';

export const finance: Ukrainian<Words['finance']> = {
  home: { title: 'Фінанси', empty: 'Тут ще нічого немає' },
};
