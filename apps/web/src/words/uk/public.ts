import type { Ukrainian, Words } from '../areas.js';

export const pub: Ukrainian<Words['public']> = {
  home: { title: 'Заняття, за які платять, коли на них були' },
};
