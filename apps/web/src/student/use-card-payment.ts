import { confirmPayment, createPayment, type Payment } from '@rollcall/contracts/api/billing';
import { type CallInput, ProblemError } from '@rollcall/contracts/client';
import { useRef, useState } from 'react';
import { useAct } from '../api/act.js';
import { confirmWithBank, UnknownOutcome } from './provider.js';
import { useProviderKey } from './use-provider-key.js';

type Body = CallInput<typeof createPayment>['body'];

interface Begun {
  readonly paymentId: string;
  readonly clientSecret: string;
  readonly what: string;
}

/**
 * A payment with a kept card: begun, then confirmed, then confirmed with the payer's bank where that asks. When no answer
 * came, or the bank was told no, the same payment is confirmed again; a new one is begun only when the first is known to
 * have come to nothing, or something else is paid.
 */
export function useCardPayment(onDone: (payment: Payment) => void) {
  const keyOfProvider = useProviderKey();
  const create = useAct(createPayment);
  const confirm = useAct(confirmPayment);
  const begun = useRef<Begun>(undefined);
  const [isAtBank, setAtBank] = useState(false);
  const [bankError, setBankError] = useState<unknown>();

  const begin = async (body: Body): Promise<Begun | undefined> => {
    const what = JSON.stringify(body);
    if (begun.current?.what === what) return begun.current;
    const reply = await create.run({ body });
    if (reply === undefined) return undefined;
    const { payment, clientSecret } = reply.body;
    begun.current = { paymentId: payment.id, clientSecret, what };
    return begun.current;
  };
  /** No bank is asked where the provider is the stand-in, which has no script. */
  const askBank = async (clientSecret: string): Promise<'confirmed' | 'failed' | 'not-asked'> => {
    setAtBank(true);
    try {
      const key = await keyOfProvider();
      if (key === undefined) return 'not-asked';
      await confirmWithBank(key, clientSecret);
      return 'confirmed';
    } catch (caught) {
      setBankError(caught);
      return 'failed';
    } finally {
      setAtBank(false);
    }
  };
  const pay = async (body: Body): Promise<void> => {
    confirm.clear();
    setBankError(undefined);
    const payment = await begin(body);
    if (payment === undefined) return;
    const params = { paymentId: payment.paymentId };
    let reply = await confirm.run({ params, body: { methodId: body.methodId } });
    if (reply?.body.status === 'pending') {
      const answer = await askBank(payment.clientSecret);
      if (answer === 'failed') return;
      if (answer === 'confirmed') reply = await confirm.run({ params });
    }
    if (reply === undefined) return;
    begun.current = undefined;
    onDone(reply.body);
  };
  return {
    pay,
    isRunning: create.isRunning || confirm.isRunning || isAtBank,
    error: create.error ?? confirm.error,
    /** What the payer's bank, or the provider's script, said. */
    bankError,
    /** Something was sent whose outcome is not known: the amount had better stay as it is. */
    isOpen:
      (confirm.error !== undefined && !(confirm.error instanceof ProblemError)) ||
      bankError instanceof UnknownOutcome,
  };
}
