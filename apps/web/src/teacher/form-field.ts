import type { InputWrapperProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface AnyForm {
  readonly errors: Readonly<Record<string, ReactNode>>;
  getInputProps(path: string): { onChange: (value: unknown) => void; value?: string };
}

/** Hints stand below their fields, so that fields of one line stand in one line. */
export const HINT_BELOW: InputWrapperProps['inputWrapperOrder'] = ['label', 'input', 'description', 'error'];

export type Field = ReturnType<typeof fieldOf>;

/** A field's properties by its path. The API complains of a price's amount or currency where here is one field. */
export const fieldOf = (form: AnyForm, path: string) => ({
  ...form.getInputProps(path),
  error: form.errors[path] ?? form.errors[`${path}.amount`] ?? form.errors[`${path}.currency`],
});
