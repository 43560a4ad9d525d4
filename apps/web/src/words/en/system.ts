export const system = {
  home: { title: 'System', empty: 'Nothing here yet' },
} as const;
