import { Anchor } from '@mantine/core';
import { listReviews, ReviewStatus } from '@rollcall/contracts/api/reviews';
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

export default function Reviews() {
  const t = useWords('admin');
  const [filters, change] = useFilters(CASE_FILTERS);
  const query = queryOf<typeof listReviews>(filters);
  const list = useList(listReviews, { query }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('reviews.words')}>{t('reviews.title')}</PageTitle>
      <CaseFilters statuses={ReviewStatus.options} filters={filters} change={change} />
      <DataTable
        label={t('reviews.title')}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('reviews.empty')} words={t('emptyFiltered')} />}
        columns={[
          {
            key: 'createdAt',
            title: t('reviews.openedAt'),
            cell: ({ id, createdAt }) => (
              <Anchor component={Link} to={`/admin/reviews/${id}`} inherit>
                <When at={createdAt} />
              </Anchor>
            ),
          },
          { key: 'session', title: t('session'), cell: (review) => <Lesson {...review} /> },
          { key: 'student', title: t('student'), cell: ({ studentId }) => <Person id={studentId} /> },
          {
            key: 'decided',
            title: t('reviews.decided'),
            cell: ({ decided }) => <StateBadge state={decided.outcome} />,
          },
          {
            key: 'proposed',
            title: t('reviews.proposed'),
            cell: ({ proposed }) => <StateBadge state={proposed.outcome} />,
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          { key: 'amount', title: t('amount'), isNumber: true, cell: (review) => <Money value={review} /> },
        ]}
      />
    </>
  );
}
