import { TextInput } from '@mantine/core';
import { useTyped } from './use-typed.js';

interface DayFilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly max?: string;
  readonly error?: string | false;
}

/** A day, typed or picked; also the year 2 is one, on the way to the year 2026. */
export function DayFilter({ value, onChange, ...rest }: DayFilterProps) {
  const [typed, setTyped] = useTyped(value, onChange);
  return (
    <TextInput
      type="date"
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      {...rest}
    />
  );
}
