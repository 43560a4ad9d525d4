import { Drawer, Group, Stack, Text, Title } from '@mantine/core';
import type { Session } from '@rollcall/contracts/api/enrollment';
import type { Hold } from '@rollcall/contracts/api/settlement';
import type { RosterEntry } from '@rollcall/contracts/api/teaching';
import { DecisionSteps } from '../../parts/decision-steps.js';
import { Dispute } from '../../parts/dispute.js';
import { Money, useMoney } from '../../parts/money.js';
import { StateBadge } from '../../parts/state-badge.js';
import { useWhen, When } from '../../parts/when.js';
import { useLanguage, useWords } from '../../words/words.js';

interface DecisionDrawerProps {
  readonly session: Session;
  readonly entry: RosterEntry | undefined;
  /** As settlement has it; none while it has not heard of it. */
  readonly hold: Hold | undefined;
  readonly name: string;
  readonly onClose: () => void;
}

/** What became of one student's money, and each step of the sum. */
export function DecisionDrawer({ session, entry, hold, name, onClose }: DecisionDrawerProps) {
  const t = useWords('teacher');
  const money = useMoney();
  return (
    <Drawer
      opened={entry !== undefined}
      onClose={onClose}
      position="right"
      title={name}
      closeButtonProps={{ 'aria-label': t('roster.hide') }}
    >
      {entry && (
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <Title order={3} fz="md">
              {t('decision.title', { amount: money(entry.hold) })}
            </Title>
            <StateBadge state={hold?.status ?? entry.hold.status} />
          </Group>
          {hold?.decision ? <Decided hold={hold} /> : <Undecided hold={hold} />}
          {hold && <Dispute hold={hold} session={session} as="teacher" />}
        </Stack>
      )}
    </Drawer>
  );
}

function Undecided({ hold }: { readonly hold: Hold | undefined }) {
  const t = useWords('teacher');
  const when = useWhen();
  return (
    <Stack gap={4}>
      <Text fw={500}>{t('decision.none')}</Text>
      <Text c="dimmed">
        {hold?.releaseAt
          ? t('decision.noneHint', { when: when(hold.releaseAt) })
          : t('decision.noneHintUndated')}
      </Text>
    </Stack>
  );
}

const PARTS = [
  ['yours', 'teacher'],
  ['commission', 'commission'],
  ['referral', 'referral'],
  ['refund', 'refund'],
] as const;

function Decided({ hold }: { readonly hold: Hold }) {
  const t = useWords('teacher');
  const { locale } = useLanguage();
  const { decision } = hold;
  if (decision === null) return null;
  const rate = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  return (
    <>
      <Stack component="dl" gap={6} m={0}>
        {PARTS.filter(([, part]) => decision[part].amount > 0 || part === 'teacher').map(([words, part]) => (
          <Fact key={part} title={t(`decision.${words}`)}>
            <Money value={decision[part]} />
          </Fact>
        ))}
        <Fact title={t('decision.rate')}>{rate.format(decision.commissionRate / 100)}</Fact>
        <Fact title={t('decision.policy')}>{decision.policyVersion}</Fact>
        <Fact title={t('decision.decidedAt')}>
          <When at={decision.decidedAt} />
        </Fact>
        {hold.paidAt !== null && (
          <Fact title={t('decision.paidAt')}>
            <When at={hold.paidAt} />
          </Fact>
        )}
      </Stack>
      {hold.notes !== null && <Text>{t('decision.notes', { notes: hold.notes })}</Text>}
      <Title order={4} fz="sm">
        {t('decision.steps')}
      </Title>
      <DecisionSteps steps={decision.steps} />
    </>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Group justify="space-between" gap="md" wrap="nowrap">
      <Text component="dt" size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="dd" m={0} size="sm" ta="end">
        {children}
      </Text>
    </Group>
  );
}
