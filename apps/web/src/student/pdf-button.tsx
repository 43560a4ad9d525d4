import { Button, Stack } from '@mantine/core';
import { useRun } from '../api/run.js';
import { FormError } from '../parts/form.js';
import { DownloadIcon } from '../parts/icons.js';

interface PdfButtonProps {
  readonly label: string;
  readonly save: () => Promise<void>;
}

export function PdfButton({ label, save }: PdfButtonProps) {
  const { run, isRunning, error } = useRun(save);
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        size="xs"
        variant="default"
        leftSection={<DownloadIcon size={14} />}
        aria-label={label}
        loading={isRunning}
        onClick={() => void run()}
      >
        PDF
      </Button>
      <FormError error={error} />
    </Stack>
  );
}
