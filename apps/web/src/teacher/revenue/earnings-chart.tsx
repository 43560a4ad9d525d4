import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Box } from '@mantine/core';
import { toDecimal } from '@rollcall/contracts/money';
import { useLanguage, useWords } from '../../words/words.js';
import type { NamedSlice } from './slice-name.js';

interface EarningsChartProps {
  readonly rows: readonly NamedSlice[];
  readonly label: string;
}

/** A chunk of its own: the charts' library is as large as all the rest of these pages. */
export default function EarningsChart({ rows, label }: EarningsChartProps) {
  const t = useWords('teacher');
  const { locale } = useLanguage();
  const currency = rows[0]?.netEarnings.currency ?? 'USD';
  // Heights of bars, which are drawn and not counted: money as a number of major units nowhere else.
  const words = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const data = rows.map(({ name, netEarnings, totalCommissions }) => ({
    name,
    net: Number(toDecimal(netEarnings)),
    kept: Number(toDecimal(totalCommissions)),
  }));
  return (
    <Box role="img" aria-label={label}>
      <BarChart
        h={260}
        data={data}
        dataKey="name"
        type="stacked"
        withLegend
        maxBarWidth={48}
        series={[
          { name: 'net', label: t('earnings.net'), color: 'cyan.6' },
          { name: 'kept', label: t('earnings.kept'), color: 'orange.6' },
        ]}
        valueFormatter={(value) => words.format(value)}
        xAxisProps={{ minTickGap: 24 }}
        yAxisProps={{ width: 88 }}
        barChartProps={{ accessibilityLayer: false }}
      />
    </Box>
  );
}
