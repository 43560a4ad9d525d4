import { Box, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';

interface FactsProps {
  readonly of: readonly (readonly [label: string, value: ReactNode])[];
}

/** What is known of one thing: names on one side, values on the other; what is null is left out. */
export function Facts({ of }: FactsProps) {
  return (
    <Box component="dl" m={0} className="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([label, value]) => (
          <Fragment key={label}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </Fragment>
        ))}
    </Box>
  );
}
