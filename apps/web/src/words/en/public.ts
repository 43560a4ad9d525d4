export const pub = {
  home: { title: 'Classes paid for when they were attended' },
} as const;
