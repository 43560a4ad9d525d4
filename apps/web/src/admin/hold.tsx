import { Button, Group, Stack } from '@mantine/core';
import { type Hold, readHold } from '@rollcall/contracts/api/settlement';
import { Link, useParams } from 'react-router';
import { useRead } from '../api/read.js';
import { DecisionView } from '../office/decision.js';
import { Facts } from '../office/facts.js';
import { Lesson, Person, WholeId } from '../office/ids.js';
import { Section } from '../office/section.js';
import { useDialog } from '../office/use-dialog.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { EmptyState, Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';
import { CHOICES, type Choice } from './choice-dialog.js';
import { DecideDialog } from './decide.js';

const OPEN: readonly Hold['status'][] = ['held', 'review', 'disputed'];

export default function HoldPage() {
  const { holdId = '' } = useParams();
  const t = useWords('admin');
  const words = useMoney();
  const read = useRead(readHold, { params: { holdId } });
  return (
    <>
      <PageTitle>{read.data ? t('holds.one', { amount: words(read.data) }) : t('holds.any')}</PageTitle>
      <Loaded from={read} rows={8}>
        {(hold) => (
          <Stack>
            <Head hold={hold} etag={read.etag} onReload={() => void read.refetch()} />
            <Section title={t('holds.decision')}>
              {hold.decision === null ? (
                <EmptyState title={t('holds.undecided')} words={t('holds.undecidedWords')} />
              ) : (
                <DecisionView decision={hold.decision} />
              )}
            </Section>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface HeadProps {
  readonly hold: Hold;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Head({ hold, etag, onReload }: HeadProps) {
  const t = useWords('admin');
  const { opened: choice, open, dialog } = useDialog<Choice>(onReload);
  const choices = OPEN.includes(hold.status) ? CHOICES : [];
  return (
    <Section title={t('holds.facts')} action={<StateBadge state={hold.status} />}>
      <Facts
        of={[
          [t('amount'), <Money key="amount" value={hold} />],
          [t('session'), <Lesson key="session" {...hold} />],
          [t('student'), <Person key="student" id={hold.studentId} />],
          [t('teacher'), <Person key="teacher" id={hold.teacherId} />],
          [t('holds.heldAt'), <When key="held" at={hold.heldAt} />],
          [t('holds.releaseAt'), hold.releaseAt && <When at={hold.releaseAt} />],
          [t('holds.decidedAt'), hold.decidedAt && <When at={hold.decidedAt} />],
          [t('holds.paidAt'), hold.paidAt && <When at={hold.paidAt} />],
          [t('holds.notes'), hold.notes],
          [t('id'), <WholeId key="id" id={hold.id} />],
        ]}
      />
      <Group>
        {choices.map((one) => (
          <Button key={one} variant="default" onClick={() => open(one)}>
            {t(`holds.choices.${one}.button`)}
          </Button>
        ))}
        <Button component={Link} variant="default" to={`/admin/sessions/${hold.sessionId}`}>
          {t('holds.attendance')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/reviews?holdId=${hold.id}`}>
          {t('reviews.title')}
        </Button>
        {hold.dispute && (
          <Button component={Link} variant="default" to={`/admin/disputes/${hold.dispute.id}`}>
            {t('disputes.one')}
          </Button>
        )}
        <Button component={Link} variant="default" to={`/finance/holds/${hold.id}`}>
          {t('holds.follow')}
        </Button>
      </Group>
      {choice && <DecideDialog hold={hold} choice={choice} etag={etag} {...dialog} />}
    </Section>
  );
}
