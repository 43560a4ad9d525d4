import { Stack, Text } from '@mantine/core';
import { listPolicies, type SettlementPolicy } from '@rollcall/contracts/api/policies';
import { useList } from '../api/read.js';
import { DataTable } from '../parts/data-table.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { DraftForm } from './policy-draft.js';

export default function Policies() {
  const t = useWords('admin');
  const list = useList(listPolicies, { query: {} });
  return (
    <>
      <PageTitle words={t('policies.words')}>{t('policies.title')}</PageTitle>
      <Stack>
        <DataTable
          label={t('policies.title')}
          list={list}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('policies.empty')} />}
          columns={[
            { key: 'version', title: t('policies.version'), cell: ({ version }) => version },
            {
              key: 'preset',
              title: t('policies.preset'),
              cell: ({ preset }) => t(`policies.presets.${preset}`),
            },
            {
              key: 'from',
              title: t('policies.from'),
              cell: ({ effectiveFrom }) => <From at={effectiveFrom} />,
            },
            { key: 'rates', title: t('policies.rates'), cell: (policy) => <Rates policy={policy} /> },
            { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
          ]}
        />
        <DraftForm />
      </Stack>
    </>
  );
}

/** The first version is in force since ever. */
function From({ at }: { readonly at: string }) {
  const t = useWords('admin');
  return Date.parse(at) === 0 ? t('policies.always') : <When at={at} />;
}

function Rates({ policy }: { readonly policy: SettlementPolicy }) {
  const t = useWords('admin');
  const rates = [
    policy.teacherReferredRate !== null && t('policies.ofReferred', { rate: policy.teacherReferredRate }),
    policy.ownStudentRate !== null && t('policies.ofOwn', { rate: policy.ownStudentRate }),
    t('policies.ofOthers', { rate: policy.otherwiseRate }),
    policy.referrerSharePercent > 0 && t('policies.share', { rate: policy.referrerSharePercent }),
    policy.overrides.length > 0 && t('policies.overrideCount', { n: policy.overrides.length }),
  ].filter((one) => one !== false);
  return (
    <Stack gap={0}>
      <Text size="sm">{rates.join(' · ')}</Text>
      <Text size="xs" c="dimmed">
        {t('policies.asks', { threshold: policy.thresholdPercent })}
        {policy.teacherMinPercent > 0 && t('policies.asksTeacher', { teacher: policy.teacherMinPercent })}
      </Text>
    </Stack>
  );
}
