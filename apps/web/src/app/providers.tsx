import { MantineProvider } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { queries } from '../api/queries.js';
import { useLanguage } from '../words/words.js';
import { nonce } from './settings.js';
import { theme, variables } from './theme.js';

export function Providers({ children }: { readonly children: ReactNode }) {
  const { language } = useLanguage();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
        <QueryClientProvider client={queries}>{children}</QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  );
}
