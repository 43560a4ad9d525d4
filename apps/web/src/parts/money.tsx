import { Text } from '@mantine/core';
import { format, type Money as Value } from '@rollcall/contracts/money';
import { useLanguage } from '../words/words.js';

interface MoneyProps {
  readonly value: Value;
  /** With its sign, green where it comes in. */
  readonly signed?: boolean;
}

/** An amount with its currency, as the reader's locale writes it. */
export function Money({ value, signed = false }: MoneyProps) {
  const { locale } = useLanguage();
  const words = format(value, locale);
  if (!signed || value.amount === 0) return <span className="money">{words}</span>;
  return (
    <Text
      span
      inherit
      className="money"
      c={value.amount > 0 ? 'var(--mantine-color-green-light-color)' : undefined}
    >
      {value.amount > 0 ? `+${words}` : words}
    </Text>
  );
}

/** For sentences: `t('pay', { price: money(course.price) })`. */
export function useMoney(): (value: Value) => string {
  const { locale } = useLanguage();
  return (value) => format(value, locale);
}
