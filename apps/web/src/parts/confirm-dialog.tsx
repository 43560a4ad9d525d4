import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/words.js';
import { FormError } from './form.js';

interface ConfirmDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** The button in the words of the act: 'Cancel the lesson', not 'OK'. */
  readonly confirm: string;
  readonly isRunning: boolean;
  readonly error: unknown;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  /** What will happen. */
  readonly children: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, isOpen, onClose, onConfirm, confirm, isRunning, error, children } = props;
  const t = useWords('common');
  return (
    <Modal
      opened={isOpen}
      onClose={isRunning ? () => undefined : onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        {children}
        <FormError error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isRunning}>
            {t('back')}
          </Button>
          <Button
            color={props.isDangerous ? 'red' : undefined}
            loading={isRunning}
            disabled={props.isDisabled}
            onClick={onConfirm}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
