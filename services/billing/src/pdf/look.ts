/** Measures and colours of a page, in points. A4, upright. */
import type { Style } from './text.js';

export const PAGE = { width: 595.28, height: 841.89 } as const;
export const LEFT = 56;
export const RIGHT = PAGE.width - 56;
/** Where the text of a page that follows another begins, and where that of each ends: the foot lies below. */
export const TOP = 104;
export const BOTTOM = PAGE.height - 84;

const [INK, GREY, ACCENT] = ['#1c2430', '#667085', '#14532d'] as const;
export const colours = { ink: INK, grey: GREY, accent: ACCENT, line: '#d9dee5', tint: '#eef4f0' } as const;

export const styles = {
  title: { font: 'bold', size: 24, colour: ACCENT },
  seller: { font: 'bold', size: 13, colour: INK },
  label: { font: 'bold', size: 7.5, colour: GREY },
  text: { font: 'regular', size: 9.5, colour: INK },
  strong: { font: 'bold', size: 9.5, colour: INK },
  quiet: { font: 'regular', size: 8.5, colour: GREY },
  buyer: { font: 'bold', size: 12, colour: INK },
  total: { font: 'bold', size: 12, colour: ACCENT },
  foot: { font: 'regular', size: 7.5, colour: GREY },
} as const satisfies Readonly<Record<string, Style>>;

/** Where the next thing is written on the page, and whether there is room for it. */
export interface Flow {
  y: number;
  need(height: number): boolean;
}
