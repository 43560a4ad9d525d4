import { Button, Group, Input, Paper, Stack } from '@mantine/core';
import { attachMethod, listMethods } from '@rollcall/contracts/api/billing';
import type { StripeCardElement } from '@stripe/stripe-js';
import { useEffect, useId, useRef, useState } from 'react';
import { useAct } from '../api/act.js';
import { useRun } from '../api/run.js';
import { FormError } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { ProviderRefusal, providerBy } from './provider.js';
import { ProviderError } from './provider-error.js';

interface CardFormProps {
  readonly publishableKey: string;
  readonly onAdded: (methodId: string) => void;
  readonly close: () => void;
}

/** The fields are a frame of the provider's: the card's number never comes to us. */
export default function CardForm({ publishableKey, onAdded, close }: CardFormProps) {
  const t = useWords('student');
  const label = useId();
  const card = useCardFields(publishableKey);
  const act = useAct(attachMethod, { changes: [listMethods], onDone: ({ body }) => onAdded(body.id) });
  const keep = useRun(async () => {
    await act.run({ body: { paymentMethodId: await card.made() } });
  });
  return (
    <Stack gap="xs" maw={480} role="group" aria-labelledby={label}>
      <Input.Label component="div" id={label}>
        {t('cards.new')}
      </Input.Label>
      <Paper withBorder p="sm" ref={card.place} data-card-fields />
      <ProviderError error={card.error ?? keep.error} />
      <FormError error={act.error} />
      <Group>
        <Button
          size="xs"
          loading={keep.isRunning}
          disabled={!card.isComplete}
          onClick={() => void keep.run()}
        >
          {t('cards.keep')}
        </Button>
        <Button size="xs" variant="default" disabled={keep.isRunning} onClick={close}>
          {t('cards.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Puts the provider's fields into `place`; `made` gives the provider's id of what they hold, the same until they change. */
function useCardFields(publishableKey: string) {
  const place = useRef<HTMLDivElement>(null);
  const fields = useRef<StripeCardElement>(undefined);
  const id = useRef<string>(undefined);
  const [isComplete, setComplete] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let isGone = false;
    providerBy(publishableKey).then((stripe) => {
      if (isGone || place.current === null) return;
      // The frame knows nothing of our colours.
      const { color } = getComputedStyle(place.current);
      const style = {
        base: { color, iconColor: color, fontSize: '16px' },
        invalid: { color, iconColor: color },
      };
      fields.current = stripe.elements().create('card', { style, disableLink: true, hidePostalCode: true });
      fields.current.on('change', ({ complete, error: refused }) => {
        id.current = undefined;
        setComplete(complete);
        setError(refused && new ProviderRefusal(refused.message));
      });
      fields.current.mount(place.current);
    }, setError);
    return () => {
      isGone = true;
      fields.current?.destroy();
      fields.current = undefined;
    };
  }, [publishableKey]);
  const made = async (): Promise<string> => {
    if (id.current !== undefined) return id.current;
    const stripe = await providerBy(publishableKey);
    const { error: refused, paymentMethod } = await stripe.createPaymentMethod({
      type: 'card',
      card: fields.current!,
    });
    if (refused !== undefined) throw new ProviderRefusal(refused.message ?? refused.code);
    id.current = paymentMethod.id;
    return paymentMethod.id;
  };
  return { place, isComplete, error, made };
}
