import { Button, Group, MultiSelect, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTyped } from '../parts/use-typed.js';
import { useWords } from '../words/words.js';

interface FilterBarProps {
  readonly children: ReactNode;
  /** Given when something is filtered: takes all of it away. */
  readonly onClear?: (() => void) | undefined;
}

/** A list's filters in a row that wraps. */
export function FilterBar({ children, onClear }: FilterBarProps) {
  const t = useWords('admin');
  return (
    <Group component="search" align="flex-end" gap="sm" mb="md" aria-label={t('filters')}>
      {children}
      {onClear && (
        <Button variant="subtle" onClick={onClear}>
          {t('clearFilters')}
        </Button>
      )}
    </Group>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

export function TextFilter({ label, value, onChange, placeholder }: TextFilterProps) {
  const [typed, setTyped] = useTyped(value, onChange);
  return (
    <TextInput
      label={label}
      value={typed}
      placeholder={placeholder}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      w={{ base: '100%', xs: 240 }}
    />
  );
}

/** The kit takes it out of the keyboard's way and hides it from who hears the page; here it is reached by both. */
const clearing = (label: string) => ({ 'aria-label': label, 'aria-hidden': false, tabIndex: 0 });

interface SetFilterProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: string[]) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function SetFilter({ label, values, onChange, options }: SetFilterProps) {
  const t = useWords('admin');
  return (
    <MultiSelect
      label={label}
      value={[...values]}
      onChange={onChange}
      data={[...options]}
      placeholder={values.length === 0 ? t('any') : undefined}
      clearable
      clearButtonProps={clearing(t('clear', { what: label }))}
      w={{ base: '100%', xs: 260 }}
    />
  );
}

interface ChoiceFilterProps extends Omit<TextFilterProps, 'placeholder'> {
  readonly options: SetFilterProps['options'];
}

export function ChoiceFilter({ label, value, onChange, options }: ChoiceFilterProps) {
  const t = useWords('admin');
  return (
    <Select
      label={label}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
      data={[...options]}
      placeholder={t('any')}
      clearable
      clearButtonProps={clearing(t('clear', { what: label }))}
      w={{ base: '100%', xs: 200 }}
    />
  );
}
