import { DayFilter } from '../parts/day-filter.js';
import { useWords } from '../words/words.js';
import { FilterBar, SetFilter, TextFilter } from './filter-bar.js';
import { isFiltered } from './query.js';

export const AUDIT_FILTERS = { actor: '', action: [] as string[], target: '', from: '', to: '' };
type AuditFiltered = typeof AUDIT_FILTERS;

const STEPS = ['approve', 'process', 'complete', 'fail', 'reject', 'return', 'reveal'];

/** Every act of a person there is, as the services name it. */
export const ACTIONS = [
  ...['attendance.complete', 'attendance.correct'],
  ...['draft', 'edit', 'drop', 'finalize', 'void', 'mark-paid'].map((what) => `billing.invoice.${what}`),
  ...['billing.plan.create', 'billing.plan.update', 'billing.reconcile'],
  ...['roles', 'suspend', 'reactivate', 'referrer'].map((what) => `identity.user.${what}`),
  ...['release', 'refund', 'split'].map((what) => `settlement.hold.${what}`),
  ...['settlement.review.apply', 'settlement.review.dismiss', 'settlement.policy.create'],
  ...['clawback', 'credit', 'debit', 'write-off'].map((what) => `wallet.${what}`),
  ...['wallet.payout-batch.make', 'wallet.payout-batch.file'],
  ...STEPS.map((what) => `wallet.withdrawal.${what}`),
];

interface AuditFiltersProps {
  readonly filters: AuditFiltered;
  readonly change: (changes: Partial<AuditFiltered>) => void;
}

export function AuditFilters({ filters, change }: AuditFiltersProps) {
  const t = useWords('admin');
  return (
    <FilterBar onClear={isFiltered(filters) ? () => change(AUDIT_FILTERS) : undefined}>
      <TextFilter label={t('audit.actorId')} value={filters.actor} onChange={(actor) => change({ actor })} />
      <SetFilter
        label={t('audit.action')}
        values={filters.action}
        onChange={(action) => change({ action })}
        options={ACTIONS.map((value) => ({ value, label: value }))}
      />
      <TextFilter
        label={t('audit.targetId')}
        value={filters.target}
        onChange={(target) => change({ target })}
      />
      <DayFilter label={t('from')} value={filters.from} onChange={(from) => change({ from })} />
      <DayFilter label={t('to')} value={filters.to} onChange={(to) => change({ to })} />
    </FilterBar>
  );
}
