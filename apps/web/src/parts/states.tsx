/** What a page shows when there is nothing to show yet, or at all. Each says what to do. */
import { Alert, Button, Center, Group, Loader, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { troubleOf, willPass } from '../api/trouble.js';
import { useWords } from '../words/words.js';

interface EmptyStateProps {
  readonly title: string;
  readonly words?: string;
  /** What to do about it: a button or a link. */
  readonly children?: ReactNode;
}

export function EmptyState({ title, words, children }: EmptyStateProps) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={480} ta="center">
        <Text fw={600} size="lg">
          {title}
        </Text>
        {words && <Text c="dimmed">{words}</Text>}
        {children}
      </Stack>
    </Center>
  );
}

/** `rows`: as many grey lines as the page will have, so that nothing jumps. */
export function LoadingState({ rows }: { readonly rows?: number }) {
  const t = useWords('common');
  return (
    <div role="status" aria-label={t('loading')} aria-busy="true">
      {rows === undefined ? (
        <Center py="xl">
          <Loader />
        </Center>
      ) : (
        <Stack gap="sm">
          {Array.from({ length: rows }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
            <Skeleton key={index} height={36} />
          ))}
        </Stack>
      )}
    </div>
  );
}

interface ErrorStateProps {
  readonly error: unknown;
  readonly retry?: () => void;
}

/** What went wrong and what to do; where somebody is away, that it is asked again by itself. */
export function ErrorState({ error, retry }: ErrorStateProps) {
  const t = useWords('common');
  const { kind, detail, requestId } = troubleOf(error);
  return (
    <Alert
      role="alert"
      color={kind === 'away' ? 'orange' : 'red'}
      title={t(`trouble.${kind}.title`)}
      data-trouble={kind}
    >
      <Stack gap="xs">
        <Text size="sm">{detail ?? t(`trouble.${kind}.words`)}</Text>
        <Group gap="sm">
          {retry && (
            <Button size="xs" variant="default" onClick={retry}>
              {t('tryAgain')}
            </Button>
          )}
          {willPass(error) && (
            <Group gap={6}>
              <Loader size={14} />
              <Text size="xs">{t('trouble.byItself')}</Text>
            </Group>
          )}
        </Group>
        {requestId && kind !== 'notFound' && (
          <Text size="xs" c="dimmed">
            {t('trouble.request', { requestId })}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

interface ReadProps<Value> {
  readonly from: { data: Value | undefined; error: unknown; refetch: () => unknown };
  readonly rows?: number;
  readonly children: (value: Value) => ReactNode;
}

/** A `useRead` on the page: loading, in trouble, or there. What is there stays while somebody is away. */
export function Loaded<Value>({ from, rows, children }: ReadProps<Value>) {
  const { data, error } = from;
  if (data === undefined)
    return error ? (
      <ErrorState error={error} retry={() => void from.refetch()} />
    ) : (
      <LoadingState rows={rows} />
    );
  return (
    <>
      {error ? <ErrorState error={error} retry={() => void from.refetch()} /> : null}
      {children(data)}
    </>
  );
}
