import type { Ukrainian, Words } from '../areas.js';

export const student: Ukrainian<Words['student']> = {
  lessons: { title: 'Мої заняття', empty: 'Ви ще не купили жодного заняття' },
};
