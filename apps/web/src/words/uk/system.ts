import type { Ukrainian, Words } from '../areas.js';

export const system: Ukrainian<Words['system']> = {
  home: { title: 'Система', empty: 'Тут ще нічого немає' },
};
