import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Good, under way, needs a look, came back, over: the same colour on every page. */
const COLORS: Readonly<Record<string, string>> = {
  ...of(
    'green',
    'active released paid completed succeeded present published open valid healthy approved used in-force done applied resolved',
  ),
  ...of(
    'blue',
    'held pending scheduled processing reserved trialing draft pending_payment requires_action in_transit waiting running',
  ),
  ...of('cyan', 'live'),
  ...of('orange', 'review disputed late past_due half-open uncertain partly-completed'),
  ...of('violet', 'refunded split returned partially_refunded'),
  ...of('red', 'failed declined rejected absent suspended expired invalid'),
};

function of(color: string, states: string): Record<string, string> {
  return Object.fromEntries(states.split(' ').map((state) => [state, color]));
}

/** A state of the API's in the reader's words; one the words do not know yet is shown as it is. */
export function StateBadge({ state }: { readonly state: string }) {
  const { t } = useTranslation('common');
  return (
    <Badge variant="light" color={COLORS[state] ?? 'gray'} tt="none" fw={600}>
      {t(`states.${state}` as 'states.active', { defaultValue: state.replaceAll(/[_-]/g, ' ') })}
    </Badge>
  );
}
