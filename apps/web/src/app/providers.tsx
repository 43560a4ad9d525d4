import { MantineProvider } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { queries } from '../api/queries.js';
import { useLanguage, useWords } from '../words/words.js';
import { nonce } from './settings.js';
import { theme, variables } from './theme.js';

export function Providers({ children }: { readonly children: ReactNode }) {
  const t = useWords('common');
  const { language } = useLanguage();
  const close = t('close');
  // The cross of a dialog or message is a button without words: it is named here once for all of them.
  const named = useMemo(
    () => ({
      ...theme,
      components: { CloseButton: { defaultProps: { 'aria-label': close } } },
    }),
    [close],
  );
  return (
    <MantineProvider
      theme={named}
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
