import { NumberInput, type NumberInputProps } from '@mantine/core';
import { exponentOf, isCurrency } from '@rollcall/contracts/money';
import { useLanguage } from '../words/words.js';
import { HINT_BELOW } from './form-field.js';

interface MoneyFieldProps extends NumberInputProps {
  readonly currency: string;
}

/** An amount in the currency's major unit, typed as the reader's locale writes it; its value is text such as 12.50. */
export function MoneyField({ currency, ...props }: MoneyFieldProps) {
  const { locale } = useLanguage();
  return (
    <NumberInput
      hideControls
      allowNegative={false}
      valueIsNumericString
      decimalScale={isCurrency(currency) ? exponentOf(currency) : 2}
      decimalSeparator={separatorOf(locale)}
      allowedDecimalSeparators={['.', ',']}
      inputMode="decimal"
      autoComplete="off"
      inputWrapperOrder={HINT_BELOW}
      rightSection={<span>{currency}</span>}
      rightSectionWidth={52}
      {...props}
    />
  );
}

const separatorOf = (locale: string): string =>
  new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.';
