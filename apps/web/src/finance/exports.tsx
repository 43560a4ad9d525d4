import { Button, Group, NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { readLedger, readTrialBalance } from '@rollcall/contracts/api/finance';
import { useState } from 'react';
import { download } from '../api/download.js';
import { Section } from '../office/section.js';
import { DownloadIcon } from '../parts/icons.js';
import { PageTitle } from '../parts/page-title.js';
import { ErrorState } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { instantIn } from './as-of.js';

/** The books as files, amounts in major units. */
export default function Exports() {
  const t = useWords('finance');
  const [after, setAfter] = useState<number | string>(0);
  const [asOf, setAsOf] = useState('');
  const moment = instantIn(asOf);
  return (
    <>
      <PageTitle words={t('exports.words')}>{t('exports.title')}</PageTitle>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title={t('ledger.title')} words={t('exports.ledger')}>
          <Group align="flex-end">
            <NumberInput label={t('ledger.after')} value={after} onChange={setAfter} min={0} hideControls />
            <Save
              words={t('exports.saveLedger')}
              save={() =>
                download(readLedger, { query: { after: Number(after) || 0 } }, 'text/csv', 'ledger.csv')
              }
            />
          </Group>
        </Section>
        <Section title={t('balance.title')} words={t('exports.balance')}>
          <Group align="flex-end">
            <TextInput
              type="datetime-local"
              label={t('asOf')}
              value={asOf}
              onChange={({ currentTarget }) => setAsOf(currentTarget.value)}
            />
            <Save
              words={t('exports.saveBalance')}
              save={() =>
                download(
                  readTrialBalance,
                  { query: moment === undefined ? {} : { asOf: moment } },
                  'text/csv',
                  'trial-balance.csv',
                )
              }
            />
          </Group>
        </Section>
      </SimpleGrid>
    </>
  );
}

interface SaveProps {
  readonly words: string;
  readonly save: () => Promise<void>;
}

function Save({ words, save }: SaveProps) {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const start = async () => {
    setRunning(true);
    setError(undefined);
    await save().catch(setError);
    setRunning(false);
  };
  return (
    <>
      <Button leftSection={<DownloadIcon />} loading={isRunning} onClick={() => void start()}>
        {words}
      </Button>
      {error ? <ErrorState error={error} /> : null}
    </>
  );
}
