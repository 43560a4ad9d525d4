import type { Ukrainian, Words } from '../areas.js';
import { classes } from './teacher/classes.js';
import { money } from './teacher/money.js';

export const teacher: Ukrainian<Words['teacher']> = {
  ...classes,
  ...money,
};
