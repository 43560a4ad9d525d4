import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';

interface PageTitleProps {
  readonly children: string;
  readonly words?: ReactNode;
  /** At the end of its line: a button. */
  readonly action?: ReactNode;
}

/** A page's h1: names the document, and takes the focus when one comes here by a link, so that it is read out. */
export function PageTitle({ children, words, action }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key, pathname } = useLocation();
  const how = useNavigationType();
  useEffect(() => {
    document.title = `${children} · Rollcall`;
  }, [children]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page; its filters change the address too
  useEffect(() => {
    // 'default' is the place where the app was opened: there the browser's own order holds.
    if (key !== 'default' && how !== 'REPLACE') heading.current?.focus({ preventScroll: true });
    // The back button finds its place by the browser itself.
    if (how === 'PUSH') window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <Stack gap={4} mb="lg">
      <Group justify="space-between" align="center">
        <Title order={1} ref={heading} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
          {children}
        </Title>
        {action}
      </Group>
      {words && <Text c="dimmed">{words}</Text>}
    </Stack>
  );
}
