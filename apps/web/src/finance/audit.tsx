import { financeAudit } from '@rollcall/contracts/api/identity-users';
import { useList } from '../api/read.js';
import { AUDIT_FILTERS, AuditFilters } from '../office/audit-filters.js';
import { AuditTable } from '../office/audit-table.js';
import { queryOf } from '../office/query.js';
import { useFilters } from '../parts/filters.js';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

export default function Audit() {
  const t = useWords('admin');
  const [filters, change] = useFilters(AUDIT_FILTERS);
  const list = useList(financeAudit, { query: queryOf<typeof financeAudit>(filters) });
  return (
    <>
      <PageTitle words={t('audit.words')}>{t('audit.title')}</PageTitle>
      <AuditFilters filters={filters} change={change} />
      <AuditTable list={list} />
    </>
  );
}
