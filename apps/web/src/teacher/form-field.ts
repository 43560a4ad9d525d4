import type { InputWrapperProps } from '@mantine/core';
import type { ReactNode } from 'react';

/** Hints stand below their fields, so that fields of one line stand in one line. */
export const HINT_BELOW: InputWrapperProps['inputWrapperOrder'] = ['label', 'input', 'description', 'error'];

/** What fields need of the form they are in. */
export interface FieldsOf {
  readonly errors: Readonly<Record<string, ReactNode>>;
  getInputProps(path: string): { onChange: (value: unknown) => void; value?: unknown };
}

/** A field's properties by its path; its value is text. */
export function fieldOf(form: FieldsOf, path: string) {
  const { onChange, value } = form.getInputProps(path);
  return { onChange, value: String(value ?? ''), error: form.errors[path] };
}

/** Of a field of money. The API complains of a price's amount or currency where here is one field. */
export function amountOf(form: FieldsOf, path: string) {
  const { onChange, value } = form.getInputProps(path);
  return {
    ...{ onChange, value: typeof value === 'number' ? value : undefined },
    error: form.errors[path] ?? form.errors[`${path}.amount`] ?? form.errors[`${path}.currency`],
  };
}
