import { Alert, Button, Stack, Text } from '@mantine/core';
import { ProblemError } from '@rollcall/contracts/client';
import { useWords } from '../words/words.js';

/** Somebody changed it since it was read: If-Match was refused, and nothing saved. */
export const isConflict = (error: unknown): boolean => error instanceof ProblemError && error.status === 412;

interface ConflictProps {
  readonly error: unknown;
  /** Shows what it is now, in place of what was entered. */
  readonly reload: () => void;
}

export function Conflict({ error, reload }: ConflictProps) {
  const t = useWords('teacher');
  if (!isConflict(error)) return null;
  return (
    <Alert role="alert" color="orange" title={t('course.changedTitle')} data-conflict>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('course.changedWords')}</Text>
        <Button size="xs" variant="default" onClick={reload}>
          {t('course.reload')}
        </Button>
      </Stack>
    </Alert>
  );
}
