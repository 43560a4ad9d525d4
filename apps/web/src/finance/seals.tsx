import { Alert, Button, Group, NumberInput, Progress, Stack, Text } from '@mantine/core';
import { readTrialBalance } from '@rollcall/contracts/api/finance';
import { useState } from 'react';
import { useRead } from '../api/read.js';
import { Section } from '../office/section.js';
import { PageTitle } from '../parts/page-title.js';
import { ErrorState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { useVerify } from './verify.js';

/** How far the ledger is sealed, and the chain computed anew over any part of it. */
export default function Seals() {
  const t = useWords('finance');
  const last = useRead(readTrialBalance, { query: {} }, { every: 15_000 });
  return (
    <>
      <PageTitle words={t('seals.words')}>{t('seals.title')}</PageTitle>
      <Loaded from={last} rows={4}>
        {({ seq, asOf }) => (
          <Stack>
            <Section title={t('seals.last')}>
              <Text fz={28} fw={700} className="numbers" data-last-seal={seq}>
                {seq}
              </Text>
              <Text size="sm" c="dimmed">
                {t('seals.at')} <When at={asOf} />
              </Text>
            </Section>
            <Verify last={seq} />
          </Stack>
        )}
      </Loaded>
    </>
  );
}

function Verify({ last }: { readonly last: number }) {
  const t = useWords('finance');
  const [from, setFrom] = useState<number | string>(1);
  const [to, setTo] = useState<number | string>('');
  const { run, stop, state } = useVerify();
  const end = to === '' ? last : Number(to);
  const total = Math.max(1, end - Number(from) + 1);
  return (
    <Section title={t('seals.verify')} words={t('seals.verifyWords')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(Number(from), end);
        }}
      >
        <Group align="flex-end">
          <NumberInput label={t('seals.from')} value={from} onChange={setFrom} min={1} hideControls w={140} />
          <NumberInput
            label={t('seals.to')}
            placeholder={String(last)}
            value={to}
            onChange={setTo}
            min={1}
            hideControls
            w={140}
          />
          <Button type="submit" loading={state.isRunning}>
            {t('seals.verify')}
          </Button>
          {state.isRunning && (
            <Button variant="default" onClick={stop}>
              {t('seals.stop')}
            </Button>
          )}
        </Group>
      </form>
      {(state.isRunning || state.checked > 0) && (
        <Progress
          value={(state.checked / total) * 100}
          aria-label={t('seals.progress')}
          animated={state.isRunning}
        />
      )}
      <div role="status">
        {state.fault && (
          <Alert
            color="red"
            title={t('seals.broken', { seq: state.fault.firstBad ?? state.from })}
            data-verified="no"
          >
            {state.fault.reason} {t('seals.brokenWords')}
          </Alert>
        )}
        {state.isDone && !state.fault && (
          <Alert color="green" title={t('seals.valid')} data-verified="yes">
            {t('seals.validWords', { n: state.checked, from: state.from, to: state.to })}
          </Alert>
        )}
      </div>
      {state.error ? <ErrorState error={state.error} /> : null}
    </Section>
  );
}
