import { Anchor, Group, NumberInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { BATCH_MOST, createPayoutBatch, listPayoutBatches } from '@rollcall/contracts/api/payouts';
import { listAdminWithdrawals } from '@rollcall/contracts/api/withdrawals-admin';
import { Link, useNavigate } from 'react-router';
import { useAct } from '../api/act.js';
import { useList } from '../api/read.js';
import { Section } from '../office/section.js';
import { DataTable } from '../parts/data-table.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

export default function Batches() {
  const t = useWords('admin');
  const list = useList(listPayoutBatches, { query: {} });
  return (
    <>
      <PageTitle words={t('batches.words')}>{t('batches.title')}</PageTitle>
      <NewBatch />
      <Text component="h2" fw={600} size="lg" mt="lg" mb="xs">
        {t('batches.made')}
      </Text>
      <DataTable
        label={t('batches.made')}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('batches.empty')} words={t('batches.emptyWords')} />}
        columns={[
          {
            key: 'createdAt',
            title: t('batches.madeAt'),
            cell: ({ id, createdAt }) => (
              <Anchor component={Link} to={`/admin/payout-batches/${id}`} inherit>
                <When at={createdAt} />
              </Anchor>
            ),
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'count', title: t('batches.count'), isNumber: true, cell: ({ count }) => count },
          { key: 'total', title: t('amount'), isNumber: true, cell: ({ total }) => <Money value={total} /> },
        ]}
      />
    </>
  );
}

function NewBatch() {
  const t = useWords('admin');
  const navigate = useNavigate();
  const approved = useList(listAdminWithdrawals, { query: { status: ['approved'], limit: 100 } });
  const form = useForm({
    initialValues: { currency: 'USD', limit: BATCH_MOST as number | string, notes: '' },
  });
  const act = useAct(createPayoutBatch, {
    changes: [listPayoutBatches, listAdminWithdrawals],
    onDone: ({ body }) => void navigate(`/admin/payout-batches/${body.id}`),
  });
  useFieldErrors(form, act.error);
  const send = form.onSubmit(({ currency, limit, notes }) => {
    const body = { currency: currency.toUpperCase(), limit: Number(limit), ...(notes !== '' && { notes }) };
    void act.run({ body });
  });
  const waiting = approved.hasMore
    ? t('queue.moreThan', { count: approved.rows.length })
    : String(approved.rows.length);
  return (
    <Section title={t('batches.make')} words={t('batches.waiting', { waiting })}>
      <Form onSubmit={send} error={act.error} isRunning={act.isRunning} submit={t('batches.make')}>
        <Group align="flex-start">
          <TextInput label={t('currency')} maxLength={3} w={110} {...form.getInputProps('currency')} />
          <NumberInput
            label={t('batches.limit')}
            min={1}
            max={BATCH_MOST}
            hideControls
            w={140}
            {...form.getInputProps('limit')}
          />
          <TextInput
            label={t('batches.notes')}
            maxLength={500}
            w={{ base: '100%', xs: 280 }}
            {...form.getInputProps('notes')}
          />
        </Group>
      </Form>
    </Section>
  );
}
