import { Anchor, Button, Stack, Text } from '@mantine/core';
import { readQuota } from '@rollcall/contracts/api/quota';
import { Link } from 'react-router';
import { useRead } from '../api/read.js';
import { isMissing } from '../api/trouble.js';
import { FormError } from '../parts/form.js';
import { Loaded } from '../parts/states.js';
import { useWhen } from '../parts/when.js';
import { useWords } from '../words/words.js';
import type { Cart } from './buy.js';
import { usePurchase } from './use-purchase.js';

export function PayBySubscription({ cart }: { readonly cart: Cart }) {
  const t = useWords('student');
  const when = useWhen();
  const quota = useRead(readQuota, {});
  const { buy, isRunning, error } = usePurchase(cart, 'subscription');
  const count = cart.sessions.length;
  if (isMissing(quota.error)) {
    return (
      <Text>
        {t('buy.noSubscription')}{' '}
        <Anchor component={Link} underline="always" to="/student/subscription">
          {t('buy.toPlans')}
        </Anchor>
      </Text>
    );
  }
  return (
    <Loaded from={quota} rows={2}>
      {({ remaining, periodEnd }) => (
        <Stack align="flex-start">
          <Text>{t('buy.quota', { count: remaining, end: when(periodEnd, 'date') })}</Text>
          {remaining < count && <Text>{t('buy.quotaShort')}</Text>}
          <FormError error={error} />
          <Button loading={isRunning} disabled={remaining < count} onClick={() => void buy()}>
            {t('buy.useLessons', { count })}
          </Button>
        </Stack>
      )}
    </Loaded>
  );
}
