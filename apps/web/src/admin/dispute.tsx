import { Button, Group, Stack, Text } from '@mantine/core';
import { type Dispute, listDisputes, readDispute, resolveDispute } from '@rollcall/contracts/api/disputes';
import { listAdminHolds, readHold, readSettlement } from '@rollcall/contracts/api/settlement';
import { Link, useParams } from 'react-router';
import { useAct } from '../api/act.js';
import { useRead } from '../api/read.js';
import { DecisionView } from '../office/decision.js';
import { Facts } from '../office/facts.js';
import { Lesson, Person } from '../office/ids.js';
import { useSay } from '../office/say.js';
import { Section } from '../office/section.js';
import { useDialog } from '../office/use-dialog.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { CHOICES, type Choice, ChoiceDialog } from './choice-dialog.js';

export default function DisputePage() {
  const { disputeId = '' } = useParams();
  const t = useWords('admin');
  const read = useRead(readDispute, { params: { disputeId } });
  return (
    <>
      <PageTitle words={t('disputes.oneWords')}>{t('disputes.one')}</PageTitle>
      <Loaded from={read} rows={8}>
        {(dispute) => (
          <Stack>
            <Head dispute={dispute} etag={read.etag} onReload={() => void read.refetch()} />
            <Section title={t('disputes.disputed')}>
              {dispute.disputed === null ? (
                <EmptyState title={t('holds.undecided')} words={t('disputes.undecidedWords')} />
              ) : (
                <DecisionView decision={dispute.disputed} />
              )}
            </Section>
            {standsAnew(dispute) && (
              <Section title={t('disputes.stands')}>
                <DecisionView decision={dispute.stands} />
              </Section>
            )}
            {dispute.resolution && (
              <Section title={t('disputes.resolution')}>
                <DecisionView decision={dispute.resolution} />
              </Section>
            )}
          </Stack>
        )}
      </Loaded>
    </>
  );
}

/** Something else than what was disputed, and than what it was resolved by, has come of its hold. */
const standsAnew = (dispute: Dispute): dispute is Dispute & { stands: NonNullable<Dispute['stands']> } =>
  dispute.stands !== null &&
  dispute.stands.version !== dispute.disputed?.version &&
  dispute.stands.version !== dispute.resolution?.version;

interface HeadProps {
  readonly dispute: Dispute;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Head({ dispute, etag, onReload }: HeadProps) {
  const t = useWords('admin');
  const { opened: choice, open, dialog } = useDialog<Choice>(onReload);
  const isByStudent = dispute.openedBy === 'student';
  return (
    <Section title={t('disputes.facts')} action={<StateBadge state={dispute.status} />}>
      <Facts
        of={[
          [t('amount'), <Money key="amount" value={dispute} />],
          [t('session'), <Lesson key="session" {...dispute} />],
          [isByStudent ? t('disputes.byStudent') : t('student'), <Person key="s" id={dispute.studentId} />],
          [isByStudent ? t('teacher') : t('disputes.byTeacher'), <Person key="t" id={dispute.teacherId} />],
          [t('disputes.openedAt'), <When key="opened" at={dispute.createdAt} />],
          [t('disputes.said'), dispute.reason],
          [
            t('disputes.classCancelled'),
            dispute.sessionCancelledAt && <When at={dispute.sessionCancelledAt} />,
          ],
          [t('disputes.resolvedAt'), dispute.resolvedAt && <When at={dispute.resolvedAt} />],
          [t('disputes.resolvedBy'), dispute.resolvedBy && <Person id={dispute.resolvedBy} />],
          [t('holds.notes'), dispute.notes],
        ]}
      />
      <Group>
        {dispute.status === 'open' &&
          CHOICES.map((one) => (
            <Button key={one} variant="default" onClick={() => open(one)}>
              {t(`holds.choices.${one}.button`)}
            </Button>
          ))}
        <Button component={Link} variant="default" to={`/admin/holds/${dispute.holdId}`}>
          {t('holds.any')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/sessions/${dispute.sessionId}`}>
          {t('holds.attendance')}
        </Button>
      </Group>
      {choice && <ResolveDialog dispute={dispute} choice={choice} etag={etag} {...dialog} />}
    </Section>
  );
}

interface ResolveDialogProps extends HeadProps {
  readonly choice: Choice;
  readonly onClose: () => void;
}

function ResolveDialog({ dispute, choice, etag, onClose, onReload }: ResolveDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const act = useAct(resolveDispute, {
    changes: [readDispute, listDisputes, readHold, listAdminHolds, readSettlement],
    onDone: () => {
      say(t('disputes.done'));
      onClose();
    },
  });
  const hasEnded = dispute.stands !== null && dispute.stands.outcome !== 'review';
  return (
    <ChoiceDialog
      amount={dispute}
      choice={choice}
      act={act}
      onSubmit={(reason, teacherPercent) =>
        void act.run({
          params: { disputeId: dispute.id },
          body: { outcome: choice, reason, teacherPercent },
          ifMatch: etag,
        })
      }
      onClose={onClose}
      onReload={onReload}
    >
      <Text size="sm">{t(hasEnded ? 'disputes.difference' : 'disputes.both')}</Text>
    </ChoiceDialog>
  );
}
