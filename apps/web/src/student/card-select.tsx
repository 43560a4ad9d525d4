import { Select, Stack, Text } from '@mantine/core';
import { listMethods, type PaymentMethod } from '@rollcall/contracts/api/billing';
import { useEffect } from 'react';
import { useList } from '../api/read.js';
import { ErrorState, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { AddCard } from './add-card.js';

interface CardSelectProps {
  readonly value: string | null;
  readonly onChange: (methodId: string | null) => void;
  readonly disabled?: boolean;
}

export const cardName = ({ brand, last4, expMonth, expYear }: PaymentMethod): string =>
  `${brand} •••• ${last4}, ${String(expMonth).padStart(2, '0')}/${expYear}`;

/** One of the kept cards, the usual one unless another is chosen. */
export function CardSelect({ value, onChange, disabled }: CardSelectProps) {
  const t = useWords('student');
  const cards = useList(listMethods, { query: { limit: 100 } });
  const usual = cards.rows.find(({ isDefault }) => isDefault)?.id ?? cards.rows[0]?.id ?? null;
  useEffect(() => {
    if (value === null && usual !== null) onChange(usual);
  }, [value, usual, onChange]);
  if (cards.isLoading) return <LoadingState rows={1} />;
  if (cards.error && cards.rows.length === 0) return <ErrorState error={cards.error} retry={cards.retry} />;
  return (
    <Stack gap="xs">
      {cards.rows.length > 0 ? (
        <Select
          label={t('cards.card')}
          data={cards.rows.map((card) => ({ value: card.id, label: cardName(card) }))}
          value={value}
          onChange={onChange}
          allowDeselect={false}
          disabled={disabled}
          maw={360}
        />
      ) : (
        <Text>{t('cards.none')}</Text>
      )}
      <AddCard onAdded={onChange} />
    </Stack>
  );
}
