import { Anchor, Code, Stack, Text } from '@mantine/core';
import type { LedgerEntry } from '@rollcall/contracts/api/finance';
import { Link } from 'react-router';
import { shortId } from '../office/ids.js';
import { Money } from '../parts/money.js';
import { useWords } from '../words/words.js';

/** What an entry is about; a hold can be followed. */
export function Reference({ of }: { readonly of: string }) {
  const [kind = '', id = ''] = of.split(':');
  const words = `${kind} ${shortId(id)}`;
  if (kind !== 'hold') return <span title={of}>{words}</span>;
  return (
    <Anchor component={Link} to={`/finance/holds/${id}`} title={of} inherit>
      {words}
    </Anchor>
  );
}

/** `credits:<user>` with the end of the user's id. */
export function accountWords(account: string): string {
  const [kind = '', owner] = account.split(':');
  return owner === undefined ? kind : `${kind} ${shortId(owner)}`;
}

/** From where to where, a line each. */
export function Transfers({ of }: { readonly of: LedgerEntry['transfers'] }) {
  const t = useWords('finance');
  if (of.length === 0) return <Text size="sm">{t('ledger.nothing')}</Text>;
  return (
    <Stack gap={2}>
      {of.map((transfer) => (
        <Text key={`${transfer.from} ${transfer.to}`} size="sm" component="div">
          <Code title={transfer.from}>{accountWords(transfer.from)}</Code>
          {' → '}
          <Code title={transfer.to}>{accountWords(transfer.to)}</Code> <Money value={transfer} />
        </Text>
      ))}
    </Stack>
  );
}
