import { Stack } from '@mantine/core';
import { readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { readWalletSettings } from '@rollcall/contracts/api/withdrawals';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useRead } from '../../api/read.js';
import { PageTitle } from '../../parts/page-title.js';
import { Loaded } from '../../parts/states.js';
import { useWords } from '../../words/words.js';
import { AutoPayout } from './auto-payout.js';
import { StoredAccount } from './stored-account.js';

export function SettingsPage() {
  const t = useWords('teacher');
  const settings = useRead(readWalletSettings, {});
  const readiness = useRead(readPayoutReadiness, {});
  return (
    <>
      <PageTitle words={t('settings.intro')}>{t('settings.title')}</PageTitle>
      <Loaded from={settings} rows={6}>
        {(stored) => (
          <Loaded from={readiness} rows={3}>
            {(panel) => (
              <Stack gap="xl" maw={640}>
                <StoredAccount stored={stored} etag={settings.etag} coolDownHours={panel.bankCoolDownHours} />
                <AutoPayout
                  key={planOf(stored)}
                  stored={stored}
                  etag={settings.etag}
                  minimum={panel.minimum}
                />
              </Stack>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}

/** Changed elsewhere the form begins anew: what is saved over is what was seen. */
const planOf = ({
  autoPayout,
  payoutWeekday,
  payoutThreshold,
}: AnswerOf<typeof readWalletSettings>): string =>
  JSON.stringify([autoPayout, payoutWeekday, payoutThreshold]);
