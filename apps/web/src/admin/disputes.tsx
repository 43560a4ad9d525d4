import { Anchor, Text } from '@mantine/core';
import { listDisputes } from '@rollcall/contracts/api/disputes';
import { DisputeStatus } from '@rollcall/contracts/api/settlement';
import { Link } from 'react-router';
import { useList } from '../api/read.js';
import { Lesson, Person } from '../office/ids.js';
import { queryOf } from '../office/query.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { CASE_FILTERS, CaseFilters } from './case-filters.js';

export default function Disputes() {
  const t = useWords('admin');
  const [filters, change] = useFilters(CASE_FILTERS);
  const query = queryOf<typeof listDisputes>(filters);
  const list = useList(listDisputes, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('disputes.words')}>{t('disputes.title')}</PageTitle>
      <CaseFilters statuses={DisputeStatus.options} filters={filters} change={change} />
      <DataTable
        label={t('disputes.title')}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('disputes.empty')} words={t('emptyFiltered')} />}
        columns={[
          {
            key: 'createdAt',
            title: t('disputes.openedAt'),
            cell: ({ id, createdAt }) => (
              <Anchor component={Link} to={`/admin/disputes/${id}`} inherit>
                <When at={createdAt} />
              </Anchor>
            ),
          },
          {
            key: 'by',
            title: t('disputes.openedBy'),
            cell: ({ openedBy, studentId, teacherId }) => (
              <>
                <Text size="xs" c="dimmed">
                  {t(`roles.${openedBy}`)}
                </Text>
                <Person id={openedBy === 'student' ? studentId : teacherId} />
              </>
            ),
          },
          { key: 'session', title: t('session'), cell: (dispute) => <Lesson {...dispute} /> },
          {
            key: 'disputed',
            title: t('disputes.disputed'),
            cell: ({ disputed }) => <StateBadge state={disputed?.outcome ?? 'held'} />,
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'amount', title: t('amount'), isNumber: true, cell: (dispute) => <Money value={dispute} /> },
        ]}
      />
    </>
  );
}
