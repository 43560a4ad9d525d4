/** A form's common parts: the API's refusals at the fields, and one button that cannot be pressed twice. */
import { Alert, Button, Group, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect } from 'react';
import { fieldErrors, troubleOf } from '../api/trouble.js';
import { useWords } from '../words/words.js';

/** The API's messages at the fields of a Mantine form, by their paths: `bankAccount.bankName`. */
export function useFieldErrors(
  { setErrors }: { setErrors: (errors: Record<string, string>) => void },
  error: unknown,
): void {
  useEffect(() => {
    const fields = fieldErrors(error);
    if (Object.keys(fields).length > 0) setErrors(fields);
  }, [error, setErrors]);
}

interface FormProps {
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  readonly error: unknown;
  readonly isRunning: boolean;
  readonly submit: string;
  /** Beside the button, such as a way back. */
  readonly beside?: ReactNode;
  /** The button of what takes something away. */
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly children: ReactNode;
}

export function Form({ onSubmit, error, isRunning, submit, beside, children, ...rest }: FormProps) {
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        {children}
        <FormError error={error} />
        <Group>
          <Button
            type="submit"
            loading={isRunning}
            disabled={rest.isDisabled}
            color={rest.isDangerous ? 'red' : undefined}
          >
            {submit}
          </Button>
          {beside}
        </Group>
      </Stack>
    </form>
  );
}

/** What the API refused as a whole; what it said of fields stands there, and is listed for those it has no field for. */
export function FormError({ error }: { readonly error: unknown }) {
  const t = useWords('common');
  if (!error) return null;
  const { kind, detail } = troubleOf(error);
  const fields = Object.entries(fieldErrors(error));
  return (
    <Alert role="alert" color={kind === 'away' ? 'orange' : 'red'} title={t(`trouble.${kind}.title`)}>
      {fields.length === 0
        ? (detail ?? t(`trouble.${kind}.words`))
        : fields.map(([path, message]) => (
            <div key={path}>{path === '' ? message : `${path}: ${message}`}</div>
          ))}
      {kind === 'away' && <div>{t('trouble.sameAgain')}</div>}
    </Alert>
  );
}
