import { Container } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageTitle } from '../parts/page-title.js';

interface NarrowProps {
  readonly title: string;
  readonly words?: string;
  readonly children?: ReactNode;
}

/** A page that is one small form. */
export function Narrow({ title, words, children }: NarrowProps) {
  return (
    <Container size={440} px={0} py="lg">
      <PageTitle words={words}>{title}</PageTitle>
      {children}
    </Container>
  );
}

/** Of `#token=…`, as letters have it. */
export const tokenIn = (hash: string): string => new URLSearchParams(hash.slice(1)).get('token') ?? '';
