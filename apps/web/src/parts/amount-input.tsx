import { NumberInput, type NumberInputProps } from '@mantine/core';
import { exponentOf, toDecimal } from '@rollcall/contracts/money';
import { useLanguage } from '../words/words.js';
import { minorOf } from './minor.js';

interface AmountInputProps extends Omit<NumberInputProps, 'value' | 'onChange'> {
  readonly currency: string;
  /** Minor units; undefined while there is none. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

/** Money as a person writes it, with the comma or point of his locale, as the API counts it: 10.50 of USD is 1050. */
export function AmountInput({ currency, value, onChange, ...rest }: AmountInputProps) {
  const { locale } = useLanguage();
  const digits = exponentOf(currency);
  return (
    <NumberInput
      required
      decimalSeparator={separatorOf(locale)}
      allowedDecimalSeparators={['.', ',']}
      min={0}
      max={10_000_000}
      clampBehavior="none"
      decimalScale={digits}
      fixedDecimalScale
      thousandSeparator=" "
      hideControls
      suffix={` ${currency}`}
      valueIsNumericString
      value={value === undefined ? '' : toDecimal({ amount: value, currency })}
      onChange={(typed) => onChange(minorOf(typed, currency))}
      {...rest}
    />
  );
}

const separatorOf = (locale: string): string =>
  new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.';
