import type { Ukrainian, Words } from '../areas.js';

export const teacher: Ukrainian<Words['teacher']> = {
  home: { title: 'Викладання', empty: 'Тут ще нічого немає' },
};
