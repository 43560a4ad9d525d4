import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { readPayoutBatch, readPayoutBatchFile } from '@rollcall/contracts/api/payouts';
import { ProblemError } from '@rollcall/contracts/client';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { download } from '../api/download.js';
import { useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { Person, shortId } from '../office/ids.js';
import { listedOf } from '../office/listed.js';
import { Section } from '../office/section.js';
import { DataTable } from '../parts/data-table.js';
import { DownloadIcon } from '../parts/icons.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, ErrorState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

export default function BatchPage() {
  const { batchId = '' } = useParams();
  const t = useWords('admin');
  const read = useRead(readPayoutBatch, { params: { batchId } });
  return (
    <>
      <PageTitle>{`${t('batches.one')} ${shortId(batchId)}`}</PageTitle>
      <Loaded from={read} rows={6}>
        {(batch) => (
          <Stack>
            <Section title={t('batches.one')} action={<StateBadge state={batch.status} />}>
              <Facts
                of={[
                  [t('batches.total'), <Money key="total" value={batch.total} />],
                  [t('batches.count'), batch.count],
                  [t('batches.completed'), batch.counts.completed],
                  [t('batches.failed'), batch.counts.failed + batch.counts.returned],
                  [t('batches.madeAt'), <When key="at" at={batch.createdAt} />],
                  [t('batches.madeBy'), <Person key="by" id={batch.createdBy} />],
                  [t('batches.notes'), batch.notes],
                ]}
              />
            </Section>
            <Files batchId={batch.id} formats={batch.formats} />
            <Section title={t('batches.lines')} words={t('batches.linesWords')}>
              <DataTable
                label={t('batches.lines')}
                list={listedOf(batch.lines)}
                rowKey={({ withdrawalId }) => withdrawalId}
                empty={<EmptyState title={t('batches.empty')} />}
                columns={[
                  {
                    key: 'n',
                    title: '#',
                    cell: ({ n, withdrawalId }) => (
                      <Anchor
                        component={Link}
                        to={`/admin/withdrawals/${withdrawalId}`}
                        aria-label={t('batches.line', { n })}
                        inherit
                      >
                        {n}
                      </Anchor>
                    ),
                  },
                  { key: 'teacher', title: t('teacher'), cell: ({ teacherId }) => <Person id={teacherId} /> },
                  {
                    key: 'account',
                    title: t('withdrawals.account'),
                    cell: ({ bankAccount }) => bankAccount.accountNumber,
                  },
                  { key: 'status', title: t('status'), cell: ({ status }) => <StateBadge state={status} /> },
                  { key: 'reason', title: t('reason'), cell: ({ failureReason }) => failureReason },
                  {
                    key: 'amount',
                    title: t('amount'),
                    isNumber: true,
                    cell: (line) => <Money value={line} />,
                  },
                ]}
              />
            </Section>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface FilesProps {
  readonly batchId: string;
  readonly formats: readonly string[];
}

type Format = 'csv' | 'pain.001';

/** The bank's file. Once a line has failed it is handed out again only to who says that he knows. */
function Files({ batchId, formats }: FilesProps) {
  const t = useWords('admin');
  const [running, setRunning] = useState<Format>();
  const [refused, setRefused] = useState<{ format: Format; error: unknown }>();
  const save = async (format: Format, again: 'true' | 'false' = 'false') => {
    setRunning(format);
    setRefused(undefined);
    const input = { params: { batchId }, query: { format, again } };
    const name = `payout-${batchId}.${format === 'csv' ? 'csv' : 'xml'}`;
    await download(readPayoutBatchFile, input, '*/*', name).catch((error: unknown) =>
      setRefused({ format, error }),
    );
    setRunning(undefined);
  };
  const known = (['csv', 'pain.001'] as const).filter((format) => formats.includes(format));
  const mayHaveAgain = refused?.error instanceof ProblemError && refused.error.status === 409;
  return (
    <Section title={t('batches.files')} words={t('batches.filesWords')}>
      <Group>
        {known.map((format) => (
          <Button
            key={format}
            variant="default"
            leftSection={<DownloadIcon />}
            loading={running === format}
            onClick={() => void save(format)}
          >
            {t(`batches.formats.${format === 'csv' ? 'csv' : 'pain'}`)}
          </Button>
        ))}
        {known.length === 0 && <Text size="sm">{t('batches.noFiles')}</Text>}
      </Group>
      {refused && <ErrorState error={refused.error} />}
      {refused && mayHaveAgain && (
        <Group>
          <Button variant="default" onClick={() => void save(refused.format, 'true')}>
            {t('batches.again')}
          </Button>
        </Group>
      )}
    </Section>
  );
}
