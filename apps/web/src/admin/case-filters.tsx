import { FilterBar, SetFilter, TextFilter } from '../office/filter-bar.js';
import { isFiltered } from '../office/query.js';
import { useStates } from '../office/states.js';
import { useWords } from '../words/words.js';

export const CASE_FILTERS = { status: [] as string[], sessionId: '', holdId: '' };
type Filters = typeof CASE_FILTERS;

interface CaseFiltersProps {
  readonly statuses: Parameters<ReturnType<typeof useStates>>[0];
  readonly filters: Filters;
  readonly change: (to: Partial<Filters>) => void;
}

/** Of the lists of reviews and of disputes: in which state, of which class, of which hold. */
export function CaseFilters({ statuses, filters, change }: CaseFiltersProps) {
  const t = useWords('admin');
  const states = useStates();
  return (
    <FilterBar onClear={isFiltered(filters) ? () => change(CASE_FILTERS) : undefined}>
      <SetFilter
        label={t('status')}
        values={filters.status}
        onChange={(status) => change({ status })}
        options={states(statuses)}
      />
      <TextFilter
        label={t('sessionId')}
        value={filters.sessionId}
        onChange={(sessionId) => change({ sessionId })}
      />
      <TextFilter label={t('holdId')} value={filters.holdId} onChange={(holdId) => change({ holdId })} />
    </FilterBar>
  );
}
