import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

interface BackLinkProps {
  readonly to: string;
  /** Where it leads. */
  readonly label: string;
}

export function BackLink({ to, label }: BackLinkProps) {
  return (
    <Anchor component={Link} to={to} size="sm">
      <span aria-hidden="true">← </span>
      {label}
    </Anchor>
  );
}
