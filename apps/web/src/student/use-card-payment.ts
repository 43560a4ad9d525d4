import { confirmPayment, createPayment, type Payment } from '@rollcall/contracts/api/billing';
import { type CallInput, ProblemError } from '@rollcall/contracts/client';
import { useRef } from 'react';
import { useAct } from '../api/act.js';

type Body = CallInput<typeof createPayment>['body'];

/**
 * A payment with a kept card: begun, then confirmed. When no answer came to the second, the same payment is confirmed
 * again; a new one is begun only when the first is known to have come to nothing, or something else is paid.
 */
export function useCardPayment(onDone: (payment: Payment) => void) {
  const create = useAct(createPayment);
  const confirm = useAct(confirmPayment, {
    onDone: ({ body }) => {
      begun.current = undefined;
      onDone(body);
    },
  });
  const begun = useRef<{ paymentId: string; what: string }>(undefined);

  const pay = async (body: Body): Promise<void> => {
    confirm.clear();
    const what = JSON.stringify(body);
    if (begun.current?.what !== what) {
      const reply = await create.run({ body });
      if (reply === undefined) return;
      begun.current = { paymentId: reply.body.payment.id, what };
    }
    await confirm.run({ params: { paymentId: begun.current.paymentId }, body: { methodId: body.methodId } });
  };
  const error = create.error ?? confirm.error;
  return {
    pay,
    isRunning: create.isRunning || confirm.isRunning,
    error,
    /** Something was sent whose outcome is not known: the amount had better stay as it is. */
    isOpen: confirm.error !== undefined && !(confirm.error instanceof ProblemError),
  };
}
