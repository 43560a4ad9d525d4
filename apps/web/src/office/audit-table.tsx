import { Anchor, Text } from '@mantine/core';
import type { AuditEntry } from '@rollcall/contracts/api/identity-users';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { DataTable, type ListState } from '../parts/data-table.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { Person, shortId } from './ids.js';

interface AuditTableProps {
  readonly list: ListState<AuditEntry>;
  /** For admins: what was acted on is a link. */
  readonly linked?: boolean;
}

/** Who did what, when, to what and why. */
export function AuditTable({ list, linked = false }: AuditTableProps) {
  const t = useWords('admin');
  return (
    <DataTable
      label={t('audit.title')}
      list={list}
      rowKey={({ id }) => id}
      empty={<EmptyState title={t('audit.empty')} words={t('audit.emptyWords')} />}
      columns={[
        { key: 'at', title: t('audit.at'), cell: ({ at }) => <When at={at} /> },
        {
          key: 'actor',
          title: t('audit.actor'),
          cell: ({ actor }) => (actor === null ? t('audit.system') : <Person id={actor} />),
        },
        { key: 'action', title: t('audit.action'), cell: ({ action }) => action },
        { key: 'target', title: t('audit.target'), cell: (entry) => targetOf(entry, linked) },
        { key: 'reason', title: t('reason'), cell: ({ reason }) => <Text size="sm">{reason}</Text> },
      ]}
    />
  );
}

/** Where what was acted on is shown, by what was done to it. */
const PLACES: readonly (readonly [action: RegExp, place: (target: string) => string])[] = [
  [/^identity\.user\.|^wallet\.(credit|debit|clawback|write-off)$/, (id) => `/admin/users/${id}`],
  [/^wallet\.withdrawal\./, (id) => `/admin/withdrawals/${id}`],
  [/^wallet\.payout-batch\./, (id) => `/admin/payout-batches/${id}`],
  [/^settlement\.hold\./, (id) => `/admin/holds/${id}`],
  [/^settlement\.review\./, (id) => `/admin/reviews/${id}`],
  [/^settlement\.policy\./, () => '/admin/policies'],
  [/^attendance\./, (target) => `/admin/sessions/${target.split(':')[0]}`],
  [/^billing\.plan\./, () => '/admin/plans'],
];

function targetOf({ action, target }: AuditEntry, linked: boolean): ReactNode {
  const words = /^[0-9a-f-]{36}$/.test(target) ? shortId(target) : target;
  const place = linked ? PLACES.find(([pattern]) => pattern.test(action))?.[1](target) : undefined;
  if (place === undefined) return <span title={target}>{words}</span>;
  return (
    <Anchor component={Link} to={place} title={target} inherit>
      {words}
    </Anchor>
  );
}
