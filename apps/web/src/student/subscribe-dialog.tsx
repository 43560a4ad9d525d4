import { Text } from '@mantine/core';
import { readQuota } from '@rollcall/contracts/api/quota';
import { type Plan, readCurrentSubscription, subscribe } from '@rollcall/contracts/api/subscriptions';
import { useRef, useState } from 'react';
import { useAct } from '../api/act.js';
import { api } from '../api/client.js';
import { refetch } from '../api/read.js';
import { useRun } from '../api/run.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';
import { CardSelect } from './card-select.js';
import { isOver } from './is-over.js';
import { confirmWithBank, ProviderRefusal } from './provider.js';
import { ProviderError } from './provider-error.js';
import { useProviderKey } from './use-provider-key.js';

export function SubscribeDialog({ plan, close }: { readonly plan: Plan; readonly close: () => void }) {
  const t = useWords('student');
  const say = useMoney();
  const [methodId, setMethodId] = useState<string | null>(null);
  const { subscribeBy, isRunning, error, bankError } = useSubscribing(plan, close);
  // Whether the card was charged is not known: another one had better not be.
  const isUnknown = bankError !== undefined && !(bankError instanceof ProviderRefusal);
  return (
    <ConfirmDialog
      title={plan.name}
      isOpen
      onClose={close}
      onConfirm={() => methodId !== null && void subscribeBy(methodId)}
      confirm={t('plans.subscribe')}
      isRunning={isRunning}
      isDisabled={methodId === null}
      error={error}
    >
      <Text>
        {t('plans.charge', { price: say(plan.price), each: t(`subscription.each.${plan.interval}`) })}
      </Text>
      <CardSelect value={methodId} onChange={setMethodId} disabled={isRunning || isUnknown} />
      <ProviderError error={bankError} />
    </ConfirmDialog>
  );
}

/**
 * Begins a subscription and has the bank confirm its first payment. Tried again, the same one is confirmed while it waits
 * for that, and another begins, by the card of this time, where the first has ended: a bank's no ends it.
 */
function useSubscribing(plan: Plan, onDone: () => void) {
  const keyOfProvider = useProviderKey();
  const act = useAct(subscribe);
  const begun = useRef<{ readonly clientSecret: string | null }>(undefined);
  const askBank = async (clientSecret: string | null): Promise<void> => {
    const key = clientSecret === null ? undefined : await keyOfProvider();
    if (clientSecret !== null && key !== undefined) await confirmWithBank(key, clientSecret);
  };
  const run = useRun(async (methodId: string) => {
    const before = begun.current && (await api.call(readCurrentSubscription)).body;
    const isNew = before === undefined || isOver(before);
    if (isNew) begun.current = (await act.run({ body: { planId: plan.id, methodId } }))?.body;
    if (begun.current === undefined) return;
    // Confirmed meanwhile, it needs nothing more.
    if (isNew || before.status === 'pending') await askBank(begun.current.clientSecret);
    await refetch(readCurrentSubscription, readQuota);
    onDone();
  });
  return { subscribeBy: run.run, isRunning: run.isRunning, error: act.error, bankError: run.error };
}
