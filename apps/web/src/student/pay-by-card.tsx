import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { FormError } from '../parts/form.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';
import type { Cart } from './buy.js';
import { CardSelect } from './card-select.js';
import { ProviderError } from './provider-error.js';
import { useCardPayment } from './use-card-payment.js';

/** Pays and buys in one go: the payment becomes credits, and they buy at once. */
export function PayByCard({ cart: { course, session, price } }: { readonly cart: Cart }) {
  const t = useWords('student');
  const say = useMoney();
  const go = useNavigate();
  const [methodId, setMethodId] = useState<string | null>(null);
  const { pay, isRunning, error, bankError, isOpen } = useCardPayment(
    ({ id }) => void go(`/student/payments/${id}`, { replace: true }),
  );
  const what =
    session === null
      ? { purpose: 'course' as const, courseId: course.id }
      : { purpose: 'session' as const, sessionId: session.id };
  if (price.amount === 0) return <Text>{t('buy.free')}</Text>;
  return (
    <Stack align="flex-start">
      <CardSelect value={methodId} onChange={setMethodId} disabled={isRunning || isOpen} />
      <FormError error={error} />
      <ProviderError error={bankError} />
      <Button
        loading={isRunning}
        disabled={methodId === null}
        onClick={() => methodId !== null && void pay({ ...price, ...what, methodId })}
      >
        {t('buy.pay', { price: say(price) })}
      </Button>
    </Stack>
  );
}
