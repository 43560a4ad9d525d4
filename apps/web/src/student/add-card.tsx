import { Button, Menu, Stack, Text } from '@mantine/core';
import { attachMethod, listMethods, readProvider } from '@rollcall/contracts/api/billing';
import { lazy, Suspense, useState } from 'react';
import { useAct } from '../api/act.js';
import { useRead } from '../api/read.js';
import { FormError } from '../parts/form.js';
import { Loaded, LoadingState } from '../parts/states.js';
import { useWords } from '../words/words.js';

const CardForm = lazy(() => import('./card-form.js'));

interface AddCardProps {
  readonly onAdded?: (methodId: string) => void;
}

/** By the provider's own form; where none is configured, in development, one of its test cards. */
export function AddCard(props: AddCardProps) {
  const t = useWords('student');
  const provider = useRead(readProvider, {});
  return (
    <Loaded from={provider} rows={1}>
      {({ publishableKey, takesTestCards }) => {
        if (publishableKey !== null) return <NewCard publishableKey={publishableKey} {...props} />;
        return takesTestCards ? <TestCards {...props} /> : <Text size="sm">{t('cards.cannotAdd')}</Text>;
      }}
    </Loaded>
  );
}

function NewCard({ publishableKey, onAdded }: AddCardProps & { readonly publishableKey: string }) {
  const t = useWords('student');
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <Button variant="default" size="xs" style={{ alignSelf: 'flex-start' }} onClick={() => setOpen(true)}>
        {t('cards.add')}
      </Button>
    );
  }
  return (
    <Suspense fallback={<LoadingState rows={1} />}>
      <CardForm
        publishableKey={publishableKey}
        close={() => setOpen(false)}
        onAdded={(methodId) => {
          setOpen(false);
          onAdded?.(methodId);
        }}
      />
    </Suspense>
  );
}

const TEST_CARDS = {
  pm_card_visa: 'visa',
  pm_card_mastercard: 'mastercard',
  pm_card_chargeCustomerFail: 'declined',
  pm_card_authenticationRequired: 'secure',
} as const;

function TestCards({ onAdded }: AddCardProps) {
  const t = useWords('student');
  const act = useAct(attachMethod, { changes: [listMethods], onDone: ({ body }) => onAdded?.(body.id) });
  return (
    <Stack gap="xs" align="flex-start">
      {/* It stays open where its button is scrolled out of view. */}
      <Menu position="bottom-start" hideDetached={false}>
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
      <FormError error={act.error} />
    </Stack>
  );
}
