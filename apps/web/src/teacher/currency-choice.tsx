import { Select } from '@mantine/core';
import { useWords } from '../words/words.js';
import { useTaught } from './use-taught.js';

interface CurrencyChoiceProps {
  /** What is shown now. */
  readonly value: string;
  readonly onChange: (currency: string) => void;
}

/** Which currency's figures: only for who teaches in more than one. */
export function CurrencyChoice({ value, onChange }: CurrencyChoiceProps) {
  const t = useWords('teacher');
  const { currencies } = useTaught();
  const all = [...new Set([...currencies, value])].filter((one) => one !== '').sort();
  if (all.length < 2) return null;
  return (
    <Select
      label={t('revenue.currency')}
      data={all}
      value={value}
      allowDeselect={false}
      w={120}
      onChange={(chosen) => chosen && onChange(chosen)}
    />
  );
}
