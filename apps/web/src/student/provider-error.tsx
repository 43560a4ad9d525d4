import { Alert } from '@mantine/core';
import { useWords } from '../words/words.js';
import { ProviderRefusal, UnknownOutcome } from './provider.js';

/** What the card provider's script refused, or that it cannot be had. */
export function ProviderError({ error }: { readonly error: unknown }) {
  const t = useWords('student');
  if (!error) return null;
  const isUnknown = error instanceof UnknownOutcome;
  return (
    <Alert role="alert" color="red" title={t(isUnknown ? 'cards.unknown' : 'cards.refused')}>
      {isUnknown && t('cards.unknownWords')}
      {!isUnknown &&
        (error instanceof ProviderRefusal && error.message ? error.message : t('cards.noScript'))}
    </Alert>
  );
}
