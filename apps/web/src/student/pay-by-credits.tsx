import { Anchor, Button, Stack, Text } from '@mantine/core';
import { readWallet } from '@rollcall/contracts/api/wallet';
import { money } from '@rollcall/contracts/money';
import { Link } from 'react-router';
import { useRead } from '../api/read.js';
import { FormError } from '../parts/form.js';
import { useMoney } from '../parts/money.js';
import { Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import type { Cart } from './buy.js';
import { usePurchase } from './use-purchase.js';

export function PayByCredits({ cart }: { readonly cart: Cart }) {
  const t = useWords('student');
  const say = useMoney();
  const { currency, amount } = cart.price;
  const wallet = useRead(readWallet, { query: { currency } });
  const { buy, isRunning, error } = usePurchase(cart, 'credits');
  return (
    <Loaded from={wallet} rows={2}>
      {({ credits, promo }) => {
        const there = credits.amount + promo.amount;
        const missing = amount - there;
        return (
          <Stack align="flex-start">
            <Text>{t('buy.balance', { balance: say(money(there, currency)) })}</Text>
            {missing > 0 && (
              <Text>
                {t('buy.missing', { missing: say(money(missing, currency)) })}{' '}
                <Anchor
                  component={Link}
                  underline="always"
                  to={`/student/wallet?topup=${missing}&currency=${currency}`}
                >
                  {t('buy.topUp')}
                </Anchor>
              </Text>
            )}
            <FormError error={error} />
            <Button loading={isRunning} disabled={missing > 0} onClick={() => void buy()}>
              {t('buy.pay', { price: say(cart.price) })}
            </Button>
          </Stack>
        );
      }}
    </Loaded>
  );
}
