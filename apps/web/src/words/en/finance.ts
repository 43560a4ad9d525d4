export const finance = {
  home: { title: 'Finance', empty: 'Nothing here yet' },
} as const;
