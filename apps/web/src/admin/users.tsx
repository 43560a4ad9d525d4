import { Anchor } from '@mantine/core';
import { listUsers, UserStatus } from '@rollcall/contracts/api/identity-users';
import { Role } from '@rollcall/contracts/shapes';
import { Link } from 'react-router';
import { useList } from '../api/read.js';
import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { isFiltered, queryOf } from '../office/query.js';
import { useStates } from '../office/states.js';
import { DataTable } from '../parts/data-table.js';
import { useFilters } from '../parts/filters.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

const FILTERS = { text: '', role: [] as string[], status: [] as string[], referrerId: '' };

export default function Users() {
  const t = useWords('admin');
  const states = useStates();
  const [filters, change] = useFilters(FILTERS);
  const list = useList(listUsers, { query: queryOf<typeof listUsers>(filters) });
  return (
    <>
      <PageTitle words={t('users.words')}>{t('users.title')}</PageTitle>
      <FilterBar onClear={isFiltered(filters) ? () => change(FILTERS) : undefined}>
        <TextFilter label={t('users.search')} value={filters.text} onChange={(text) => change({ text })} />
        <SetFilter
          label={t('users.role')}
          values={filters.role}
          onChange={(role) => change({ role })}
          options={Role.options.map((value) => ({ value, label: t(`roles.${value}`) }))}
        />
        <SetFilter
          label={t('status')}
          values={filters.status}
          onChange={(status) => change({ status })}
          options={states(UserStatus.options)}
        />
        <TextFilter
          label={t('users.referrerId')}
          value={filters.referrerId}
          onChange={(referrerId) => change({ referrerId })}
        />
      </FilterBar>
      <DataTable
        label={t('users.title')}
        list={list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('users.empty')} words={t('emptyFiltered')} />}
        columns={[
          {
            key: 'name',
            title: t('users.name'),
            cell: ({ id, name }) => (
              <Anchor component={Link} to={`/admin/users/${id}`} inherit>
                {name}
              </Anchor>
            ),
          },
          { key: 'email', title: t('users.email'), cell: ({ email }) => email },
          {
            key: 'roles',
            title: t('users.role'),
            cell: ({ roles }) => roles.map((role) => t(`roles.${role}`)).join(', '),
          },
          { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          {
            key: 'since',
            title: t('users.since'),
            cell: ({ createdAt }) => <When at={createdAt} as="date" />,
          },
        ]}
      />
    </>
  );
}
