import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { readQuota } from '@rollcall/contracts/api/quota';
import {
  cancelSubscription,
  reactivateSubscription,
  readCurrentSubscription,
  type Subscription,
} from '@rollcall/contracts/api/subscriptions';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { FormError } from '../parts/form.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';

const CHANGES = [readCurrentSubscription, readQuota];

export function SubscriptionActs({ subscription }: { readonly subscription: Subscription }) {
  const t = useWords('student');
  const again = useAct(reactivateSubscription, { changes: CHANGES });
  return (
    <Stack align="flex-start">
      <FormError error={again.error} />
      <Group>
        {subscription.cancelAtPeriodEnd && (
          <Button loading={again.isRunning} onClick={() => void again.run({})}>
            {t('subscription.reactivate')}
          </Button>
        )}
        <Cancel subscription={subscription} />
      </Group>
    </Stack>
  );
}

type When = 'period-end' | 'now';

function Cancel({ subscription }: { readonly subscription: Subscription }) {
  const t = useWords('student');
  const say = useWhen();
  const [isOpen, { open, close }] = useDisclosure();
  const { cancelAtPeriodEnd, currentPeriodEnd } = subscription;
  const [when, setWhen] = useState<When>('period-end');
  const act = useAct(cancelSubscription, { changes: CHANGES, onDone: close });
  const chosen = cancelAtPeriodEnd ? 'now' : when;
  return (
    <>
      <Button variant="light" color="red" onClick={open}>
        {t(cancelAtPeriodEnd ? 'subscription.endNow' : 'subscription.cancel')}
      </Button>
      <ConfirmDialog
        title={t('subscription.cancel')}
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => void act.run({ body: { when: chosen } })}
        confirm={t('subscription.cancelConfirm')}
        isRunning={act.isRunning}
        error={act.error}
        isDangerous
      >
        {!cancelAtPeriodEnd && (
          <Radio.Group
            label={t('subscription.when')}
            value={when}
            onChange={(one) => setWhen(one === 'now' ? 'now' : 'period-end')}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="period-end"
                label={
                  currentPeriodEnd
                    ? t('subscription.atEnd', { date: say(currentPeriodEnd, 'date') })
                    : t('subscription.atEndUnknown')
                }
              />
              <Radio value="now" label={t('subscription.now')} />
            </Stack>
          </Radio.Group>
        )}
        <Text size="sm">{t('subscription.nothingBack')}</Text>
      </ConfirmDialog>
    </>
  );
}
