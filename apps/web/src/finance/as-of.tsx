import { TextInput } from '@mantine/core';
import { FilterBar } from '../office/filter-bar.js';
import { useTyped } from '../parts/use-typed.js';
import { useWords } from '../words/words.js';

/** Of the address: a moment as `<input type="datetime-local">` has it; '' is now. */
export const AS_OF = { asOf: '' };

export function instantIn(typed: string): string | undefined {
  const date = new Date(typed);
  return typed === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

interface AsOfProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function AsOf({ value, onChange }: AsOfProps) {
  const t = useWords('finance');
  const [typed, setTyped] = useTyped(value, onChange);
  return (
    <FilterBar onClear={value === '' ? undefined : () => onChange('')}>
      <TextInput
        type="datetime-local"
        label={t('asOf')}
        description={t('asOfHint')}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </FilterBar>
  );
}
