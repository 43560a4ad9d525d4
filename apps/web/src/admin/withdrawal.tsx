import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { type AdminWithdrawal, readAdminWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { Facts } from '../office/facts.js';
import { Person, shortId, WholeId } from '../office/ids.js';
import { Section } from '../office/section.js';
import { useDialog } from '../office/use-dialog.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { Origin } from './origin.js';
import { Reveal } from './reveal.js';
import { type Step, StepDialog, stepsFrom } from './withdrawal-steps.js';

export default function WithdrawalPage() {
  const { withdrawalId = '' } = useParams();
  const t = useWords('admin');
  const read = useRead(readAdminWithdrawal, { params: { withdrawalId } });
  const words = useMoney();
  return (
    <>
      <PageTitle>
        {read.data === undefined
          ? t('withdrawals.one', { amount: shortId(withdrawalId) })
          : t('withdrawals.one', { amount: words(read.data) })}
      </PageTitle>
      <Loaded from={read} rows={8}>
        {(withdrawal) => (
          <Stack>
            <Decision withdrawal={withdrawal} etag={read.etag} onReload={() => void read.refetch()} />
            <Origin userId={withdrawal.teacherId} currency={withdrawal.currency} />
            <Attempts withdrawal={withdrawal} />
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface DecisionProps {
  readonly withdrawal: AdminWithdrawal;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Decision({ withdrawal, etag, onReload }: DecisionProps) {
  const t = useWords('admin');
  const { opened: step, open, dialog } = useDialog<Step>(onReload);
  const { id, status, bankAccount } = withdrawal;
  const account = `${bankAccount.bankName}, ${bankAccount.accountNumber}, ${bankAccount.accountName}`;
  return (
    <Section title={t('withdrawals.request')} action={<StateBadge state={status} />}>
      <Facts
        of={[
          [t('amount'), <Money key="amount" value={withdrawal} />],
          [t('teacher'), <Person key="teacher" id={withdrawal.teacherId} />],
          [t('withdrawals.requestedAt'), <When key="requested" at={withdrawal.requestedAt} />],
          [t('withdrawals.account'), account],
          [t('withdrawals.notes'), withdrawal.notes],
          [t('withdrawals.adminNotes'), withdrawal.adminNotes],
          [t('withdrawals.failureReason'), withdrawal.failureReason],
          [t('withdrawals.processedBy'), withdrawal.processedBy && <Person id={withdrawal.processedBy} />],
          [t('withdrawals.completedAt'), withdrawal.completedAt && <When at={withdrawal.completedAt} />],
          [
            t('batches.one'),
            withdrawal.payoutBatchId && (
              <Link to={`/admin/payout-batches/${withdrawal.payoutBatchId}`}>
                {shortId(withdrawal.payoutBatchId)}
              </Link>
            ),
          ],
          [t('id'), <WholeId key="id" id={id} />],
        ]}
      />
      <Reveal withdrawalId={id} />
      <Group>
        {stepsFrom(status).map(({ step: one, isDangerous }, index) => (
          <Button
            key={one}
            variant={index === 0 && !isDangerous ? 'filled' : 'default'}
            c={isDangerous ? 'var(--mantine-color-error)' : undefined}
            onClick={() => open(one)}
          >
            {t(`withdrawals.steps.${one}.button`)}
          </Button>
        ))}
        {stepsFrom(status).length === 0 && <Text size="sm">{t('withdrawals.over')}</Text>}
      </Group>
      {step && <StepDialog step={step} withdrawal={withdrawal} etag={etag} {...dialog} />}
    </Section>
  );
}

function Attempts({ withdrawal: { attempts } }: { readonly withdrawal: AdminWithdrawal }) {
  const t = useWords('admin');
  return (
    <Section title={t('withdrawals.attempts')}>
      {attempts.length === 0 ? (
        <Text size="sm">{t('withdrawals.noAttempts')}</Text>
      ) : (
        <Table.ScrollContainer
          minWidth={480}
          scrollAreaProps={{
            viewportProps: { tabIndex: 0, role: 'group', 'aria-label': t('withdrawals.attempts') },
          }}
        >
          <Table aria-label={t('withdrawals.attempts')}>
            <Table.Tbody>
              {attempts.map((attempt) => (
                <Table.Tr key={attempt.n}>
                  <Table.Td>{attempt.n}</Table.Td>
                  <Table.Td>
                    <Badge variant="default">{attempt.provider}</Badge>
                  </Table.Td>
                  <Table.Td>
                    <StateBadge state={attempt.status} />
                  </Table.Td>
                  <Table.Td>
                    <When at={attempt.startedAt} /> <Person id={attempt.startedBy} />
                  </Table.Td>
                  <Table.Td>{attempt.reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}
