import { NumberInput } from '@mantine/core';
import { exponentOf } from '@rollcall/contracts/money';
import type { ReactNode } from 'react';

interface AmountInputProps {
  readonly label: string;
  readonly currency: string;
  /** Minor units; undefined while there is none. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly error?: ReactNode;
  readonly description?: string;
  readonly disabled?: boolean;
}

/** Money as a person writes it, as the API counts it: 10.50 of USD is 1050. */
export function AmountInput({ currency, value, onChange, ...rest }: AmountInputProps) {
  const digits = exponentOf(currency);
  return (
    <NumberInput
      {...rest}
      required
      min={0}
      max={10_000_000}
      clampBehavior="none"
      decimalScale={digits}
      fixedDecimalScale
      thousandSeparator=" "
      hideControls
      suffix={` ${currency}`}
      value={value === undefined ? '' : value / 10 ** digits}
      onChange={(typed) => onChange(typeof typed === 'number' ? Math.round(typed * 10 ** digits) : undefined)}
    />
  );
}
