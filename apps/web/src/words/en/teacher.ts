import { classes } from './teacher/classes.js';
import { money } from './teacher/money.js';

export const teacher = {
  ...classes,
  ...money,
} as const;
