import { Button, Stack } from '@mantine/core';
import { type AdminPlan, listAdminPlans } from '@rollcall/contracts/api/subscriptions';
import { useState } from 'react';
import { useList } from '../api/read.js';
import { DataTable } from '../parts/data-table.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { PlanForm } from './plan-form.js';

export default function Plans() {
  const t = useWords('admin');
  const list = useList(listAdminPlans, { query: {} });
  const [edited, setEdited] = useState<AdminPlan | 'new'>();
  return (
    <>
      <PageTitle
        words={t('plans.words')}
        action={<Button onClick={() => setEdited('new')}>{t('plans.new')}</Button>}
      >
        {t('plans.title')}
      </PageTitle>
      <Stack>
        {edited !== undefined && (
          <PlanForm
            key={edited === 'new' ? 'new' : edited.id}
            plan={edited === 'new' ? undefined : edited}
            onClose={() => setEdited(undefined)}
          />
        )}
        <DataTable
          label={t('plans.title')}
          list={list}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('plans.empty')} words={t('plans.emptyWords')} />}
          columns={[
            { key: 'name', title: t('plans.fields.name'), cell: ({ name }) => name },
            { key: 'price', title: t('plans.fields.price'), cell: ({ price }) => <Money value={price} /> },
            {
              key: 'interval',
              title: t('plans.fields.interval'),
              cell: ({ interval }) => t(`plans.intervals.${interval}`),
            },
            {
              key: 'lessons',
              title: t('plans.fields.lessonsPerMonth'),
              isNumber: true,
              cell: ({ lessonsPerMonth }) => lessonsPerMonth,
            },
            {
              key: 'offered',
              title: t('status'),
              cell: ({ active, providerPriceId }) => (
                <StateBadge state={active ? (providerPriceId === null ? 'pending' : 'active') : 'archived'} />
              ),
            },
            {
              key: 'edit',
              title: t('plans.change'),
              cell: (plan) => (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => setEdited(plan)}
                  aria-label={t('plans.changeOne', { name: plan.name })}
                >
                  {t('plans.change')}
                </Button>
              ),
            },
          ]}
        />
      </Stack>
    </>
  );
}
