/** What an area tells the menu. */
import type { Role } from '@rollcall/contracts/shapes';
import type { ComponentType } from 'react';
import { nav as admin } from '../admin/nav.js';
import { nav as finance } from '../finance/nav.js';
import { nav as student } from '../student/nav.js';
import { nav as system } from '../system/nav.js';
import { nav as teacher } from '../teacher/nav.js';
import type { Area } from '../words/areas.js';

export interface NavItem {
  readonly path: string;
  /** In both languages: the menu is there before the area's words are. */
  readonly label: { readonly en: string; readonly uk: string };
  readonly icon: ComponentType<{ size?: number }>;
}

export interface AreaNav {
  readonly area: Exclude<Area, 'common' | 'public' | 'account'>;
  /** Whose menu it is: any of these. */
  readonly roles: readonly Role[];
  readonly items: readonly NavItem[];
}

export const menus: readonly AreaNav[] = [student, teacher, admin, finance, system];
