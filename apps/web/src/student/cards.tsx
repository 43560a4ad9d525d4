import { Button, Group, Stack } from '@mantine/core';
import { detachMethod, listMethods, makeDefault, type PaymentMethod } from '@rollcall/contracts/api/billing';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { useList } from '../api/read.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { FormError } from '../parts/form.js';
import { EmptyState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { AddCard } from './add-card.js';
import { cardName } from './card-select.js';

/** The cards that are kept. */
export function Cards() {
  const t = useWords('student');
  const list = useList(listMethods, { query: { limit: 100 } });
  const [leaving, setLeaving] = useState<PaymentMethod>();
  const usual = useAct(makeDefault, { changes: [listMethods] });
  const detach = useAct(detachMethod, { changes: [listMethods], onDone: () => setLeaving(undefined) });
  const columns: Column<PaymentMethod>[] = [
    { key: 'card', title: t('cards.card'), cell: cardName },
    {
      key: 'usual',
      title: t('cards.usual'),
      cell: ({ id, isDefault }) =>
        isDefault ? (
          t('cards.isUsual')
        ) : (
          <Button
            size="xs"
            variant="default"
            disabled={usual.isRunning}
            onClick={() => void usual.run({ params: { methodId: id } })}
          >
            {t('cards.makeUsual')}
          </Button>
        ),
    },
    {
      key: 'detach',
      title: '',
      cell: (card) => (
        <Button size="xs" variant="subtle" color="red" onClick={() => setLeaving(card)}>
          {t('cards.detach')}
        </Button>
      ),
    },
  ];
  return (
    <Stack>
      <FormError error={usual.error} />
      <DataTable
        label={t('wallet.cards')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('cards.none')} />}
      />
      <Group>
        <AddCard />
      </Group>
      <ConfirmDialog
        title={t('cards.detachTitle')}
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && void detach.run({ params: { methodId: leaving.id } })}
        confirm={t('cards.detach')}
        isRunning={detach.isRunning}
        error={detach.error}
        isDangerous
      >
        {leaving && cardName(leaving)}
      </ConfirmDialog>
    </Stack>
  );
}
