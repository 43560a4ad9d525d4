import { Badge } from '@mantine/core';
import { useWords } from '../words/words.js';

/** Here 'open' is bad news, so these are not the badges of the other pages. */
const COLORS = {
  ready: 'green',
  'not-ready': 'orange',
  silent: 'red',
  closed: 'green',
  'half-open': 'orange',
  open: 'red',
} as const;

/** How a replica or a breaker is: a colour, and the words for who does not see it. */
export function Condition({ of }: { readonly of: keyof typeof COLORS }) {
  const t = useWords('system');
  return (
    <Badge
      variant="light"
      color={COLORS[of]}
      tt="none"
      fw={600}
      style={{ flexShrink: 0 }}
      data-condition={of}
    >
      {t(`condition.${of}`)}
    </Badge>
  );
}
