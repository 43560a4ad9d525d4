import { Button, Group, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core';
import { type Analytics, readAnalytics } from '@rollcall/contracts/api/revenue';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import { useRead } from '../../api/read.js';
import { DayFilter } from '../../parts/day-filter.js';
import { useFilters } from '../../parts/filters.js';
import { EmptyState, Loaded } from '../../parts/states.js';
import { zoneName } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { EarningsTable } from './earnings-table.js';
import { askedOf, BY, type By, rangeOf } from './range.js';
import { useSliceName } from './slice-name.js';

const EarningsChart = lazy(() => import('./earnings-chart.js'));

const FILTERS = { by: 'day', from: '', to: '' };

const isBy = (value: string): value is By => BY.some((by) => by === value);

/** What was earned, by day, week, month or course: a chart, and the same figures as a table. */
export function Earnings({ currency }: { readonly currency: string }) {
  const t = useWords('teacher');
  const [filters, change] = useFilters(FILTERS);
  const [today] = useState(() => new Date());
  const by = isBy(filters.by) ? filters.by : 'day';
  const range = rangeOf(by, filters, today);
  const period = askedOf(range);
  const query = { by, timeZone: zoneName(), ...period, ...(currency !== '' && { currency }) };
  const earnings = useRead(readAnalytics, period && { query });
  return (
    <Stack component="section" gap="md" aria-labelledby="earnings">
      <Title order={2} id="earnings">
        {t('earnings.title')}
      </Title>
      <Group align="flex-end" gap="sm">
        <SegmentedControl
          aria-label={t('earnings.by')}
          value={by}
          onChange={(next) => change({ by: next })}
          data={BY.map((value) => ({ value, label: t(`earnings.${value}`) }))}
        />
        <DayFilter
          label={t('earnings.from')}
          value={range.from}
          max={range.to}
          onChange={(from) => change({ from })}
        />
        <DayFilter
          label={t('earnings.to')}
          value={range.to}
          error={period === undefined && t('earnings.tooLong')}
          onChange={(to) => change({ to })}
        />
      </Group>
      <Text size="sm" c="dimmed">
        {t('earnings.zone', { zone: zoneName() })}
      </Text>
      {period && (
        <Loaded from={earnings} rows={6}>
          {(data) => <Shown earnings={data} />}
        </Loaded>
      )}
    </Stack>
  );
}

function Shown({ earnings }: { readonly earnings: Analytics }) {
  const t = useWords('teacher');
  const nameOf = useSliceName(earnings.by);
  const { totals, data } = earnings;
  if (totals.totalEarnings.amount === 0 && totals.releases === 0)
    return (
      <EmptyState title={t('earnings.empty')} words={t('earnings.emptyHint')}>
        <Button component={Link} to="/teacher/courses" variant="default">
          {t('earnings.seeCourses')}
        </Button>
      </EmptyState>
    );
  const rows = data.map((slice) => ({ ...slice, name: nameOf(slice) }));
  return (
    <Stack gap="lg">
      <Suspense fallback={<Skeleton height={260} />}>
        <EarningsChart rows={rows} label={t('earnings.chart')} />
      </Suspense>
      <EarningsTable
        rows={earnings.by === 'course' ? rows : rows.toReversed()}
        totals={totals}
        by={earnings.by}
      />
    </Stack>
  );
}
