import { Button, Group, Menu, Select, Stack, Text } from '@mantine/core';
import { attachMethod, listMethods, type PaymentMethod } from '@rollcall/contracts/api/billing';
import { useEffect } from 'react';
import { useAct } from '../api/act.js';
import { useList } from '../api/read.js';
import { FormError } from '../parts/form.js';
import { ErrorState, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';

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

/** The provider's test cards: its own form for real ones has to be loaded from its own address. */
const TEST_CARDS = {
  pm_card_visa: 'visa',
  pm_card_mastercard: 'mastercard',
  pm_card_chargeCustomerFail: 'declined',
  pm_card_authenticationRequired: 'secure',
} as const;

export function AddCard({ onAdded }: { readonly onAdded?: (methodId: string) => void }) {
  const t = useWords('student');
  const act = useAct(attachMethod, { changes: [listMethods], onDone: ({ body }) => onAdded?.(body.id) });
  return (
    <Stack gap="xs" align="flex-start">
      <Group>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" loading={act.isRunning}>
              {t('cards.add')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('cards.testOnly')}</Menu.Label>
            {Object.entries(TEST_CARDS).map(([paymentMethodId, name]) => (
              <Menu.Item key={paymentMethodId} onClick={() => void act.run({ body: { paymentMethodId } })}>
                {t(`cards.test.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <FormError error={act.error} />
    </Stack>
  );
}
