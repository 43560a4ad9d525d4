import { type CSSVariablesResolver, createTheme, DEFAULT_THEME } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
});

const COLORS = [
  'gray',
  'red',
  'pink',
  'grape',
  'violet',
  'indigo',
  'blue',
  'cyan',
  'teal',
  'green',
  'lime',
  'yellow',
  'orange',
];

/** The kit's own soft greys and badge texts stay below the 4.5 : 1 that WCAG asks of small text. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-error': DEFAULT_THEME.colors.red[9],
    '--mantine-color-anchor': DEFAULT_THEME.colors.cyan[9],
    // The kit's own is lighter than the button, and white on it 4.34 : 1.
    '--mantine-primary-color-filled-hover': '#095c6b',
    '--mantine-color-cyan-filled-hover': '#095c6b',
    // Under the menu's chosen item, where the mouse is: the kit's own leaves its text 4.06 : 1.
    '--mantine-color-cyan-light-hover': '#bcf3f8',
    ...textOfLight(9),
  },
  dark: {
    '--mantine-color-dimmed': '#b8b8b8',
    '--mantine-color-placeholder': '#a6a6a6',
    '--mantine-color-error': DEFAULT_THEME.colors.red[4],
    '--mantine-color-anchor': DEFAULT_THEME.colors.cyan[3],
    ...textOfLight(2),
  },
});

const textOfLight = (shade: number): Record<string, string> =>
  Object.fromEntries(COLORS.map((color) => [`--mantine-color-${color}-light-color`, darker(color, shade)]));

/** Even the darkest of these are too light on their own tint. */
const DARKER: Readonly<Record<string, string>> = {
  green: '#1f6b2f',
  yellow: '#7a4a00',
  lime: '#3f6604',
  orange: '#9c3a02',
};

const darker = (color: string, shade: number): string =>
  (shade === 9 && DARKER[color]) || DEFAULT_THEME.colors[color]![shade]!;
