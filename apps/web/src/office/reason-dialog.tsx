import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { ProblemError } from '@rollcall/contracts/client';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FormError } from '../parts/form.js';
import { useWords } from '../words/words.js';

interface ReasonDialogProps {
  readonly title: string;
  /** The button in the words of the act. */
  readonly confirm: string;
  readonly act: {
    readonly isRunning: boolean;
    readonly error: unknown;
    readonly fields: Readonly<Record<string, string>>;
  };
  readonly onSubmit: (reason: string) => void;
  readonly onClose: () => void;
  /** Reads the thing anew, after somebody else was quicker. */
  readonly onReload?: () => void;
  readonly isDangerous?: boolean;
  readonly isOptional?: boolean;
  readonly isDisabled?: boolean;
  /** What will happen, and further fields. */
  readonly children?: ReactNode;
}

/** An act that stands in the audit trail with its reason. Rendered while it is open. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, confirm, act, onSubmit, onClose, onReload, isOptional = false } = props;
  const t = useWords('admin');
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const missing = !isOptional && reason.trim() === '';
    setMissing(missing);
    if (!missing) onSubmit(reason.trim());
  };
  return (
    <Modal
      opened
      onClose={act.isRunning ? () => undefined : onClose}
      title={title}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {props.children}
          <Textarea
            label={t('reason')}
            description={isOptional ? t('reasonOptional') : t('reasonHint')}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
            error={act.fields.reason ?? (isMissing && t('reasonMissing'))}
            required={!isOptional}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
          />
          <Changed error={act.error} onReload={onReload} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} disabled={act.isRunning}>
              {t('back')}
            </Button>
            <Button
              type="submit"
              color={props.isDangerous ? 'red' : undefined}
              loading={act.isRunning}
              disabled={props.isDisabled}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface ChangedProps {
  readonly error: unknown;
  readonly onReload?: (() => void) | undefined;
}

/** What was refused; where somebody else was quicker, that nothing was done, and a way to see what he did. */
export function Changed({ error, onReload }: ChangedProps) {
  const t = useWords('admin');
  const isChanged = error instanceof ProblemError && error.status === 412;
  if (!isChanged) return <FormError error={error} />;
  return (
    <Alert role="alert" color="orange" title={t('changed.title')}>
      <Stack gap="xs" align="flex-start">
        {t('changed.words')}
        {onReload && (
          <Button size="xs" variant="default" onClick={onReload}>
            {t('changed.reload')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
