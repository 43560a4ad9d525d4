import { Alert } from '@mantine/core';
import { useWords } from '../words/words.js';
import { ProviderRefusal } from './provider.js';

/** What the card provider's script refused, or that it cannot be had. */
export function ProviderError({ error }: { readonly error: unknown }) {
  const t = useWords('student');
  if (!error) return null;
  return (
    <Alert role="alert" color="red" title={t('cards.refused')}>
      {error instanceof ProviderRefusal && error.message ? error.message : t('cards.noScript')}
    </Alert>
  );
}
