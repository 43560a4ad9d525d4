import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import {
  applyReview,
  dismissReview,
  listReviews,
  type Review,
  readReview,
} from '@rollcall/contracts/api/reviews';
import { readHold } from '@rollcall/contracts/api/settlement';
import { Link, useParams } from 'react-router';
import { useAct } from '../api/act.js';
import { useRead } from '../api/read.js';
import { DecisionView } from '../office/decision.js';
import { Facts } from '../office/facts.js';
import { Lesson, Person } from '../office/ids.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { Section } from '../office/section.js';
import { useDialog } from '../office/use-dialog.js';
import { Money, useMoney } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { When } from '../parts/when.js';
import { useWords } from '../words/words.js';

export default function ReviewPage() {
  const { reviewId = '' } = useParams();
  const t = useWords('admin');
  const read = useRead(readReview, { params: { reviewId } });
  return (
    <>
      <PageTitle words={t('reviews.oneWords')}>{t('reviews.one')}</PageTitle>
      <Loaded from={read} rows={8}>
        {(review) => (
          <Stack>
            <Head review={review} etag={read.etag} onReload={() => void read.refetch()} />
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <Section title={t('reviews.decided')}>
                <DecisionView decision={review.decided} />
              </Section>
              <Section title={t('reviews.proposed')}>
                <DecisionView decision={review.proposed} />
              </Section>
            </SimpleGrid>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

interface HeadProps {
  readonly review: Review;
  readonly etag: string | undefined;
  readonly onReload: () => void;
}

function Head({ review, etag, onReload }: HeadProps) {
  const t = useWords('admin');
  const { opened: what, open, dialog } = useDialog<'apply' | 'dismiss'>(onReload);
  return (
    <Section title={t('reviews.facts')} action={<StateBadge state={review.status} />}>
      <Facts
        of={[
          [t('amount'), <Money key="amount" value={review} />],
          [t('session'), <Lesson key="session" {...review} />],
          [t('student'), <Person key="student" id={review.studentId} />],
          [t('teacher'), <Person key="teacher" id={review.teacherId} />],
          [t('reviews.openedAt'), <When key="opened" at={review.createdAt} />],
          [t('reviews.closedAt'), review.closedAt && <When at={review.closedAt} />],
          [t('reviews.closedBy'), review.closedBy && <Person id={review.closedBy} />],
          [t('reason'), review.notes],
        ]}
      />
      <Group>
        {review.status === 'open' && (
          <>
            <Button onClick={() => open('apply')} disabled={review.proposed.outcome === 'review'}>
              {t('reviews.apply.button')}
            </Button>
            <Button variant="default" onClick={() => open('dismiss')}>
              {t('reviews.dismiss.button')}
            </Button>
          </>
        )}
        <Button component={Link} variant="default" to={`/admin/holds/${review.holdId}`}>
          {t('holds.any')}
        </Button>
        <Button component={Link} variant="default" to={`/admin/sessions/${review.sessionId}`}>
          {t('holds.attendance')}
        </Button>
      </Group>
      {review.status === 'open' && review.proposed.outcome === 'review' && (
        <Text size="sm">{t('reviews.inDoubt')}</Text>
      )}
      {what && <CloseDialog what={what} review={review} etag={etag} {...dialog} />}
    </Section>
  );
}

interface CloseDialogProps extends HeadProps {
  readonly what: 'apply' | 'dismiss';
  readonly onClose: () => void;
}

function CloseDialog({ what, review, etag, onClose, onReload }: CloseDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const words = useMoney();
  const act = useAct(what === 'apply' ? applyReview : dismissReview, {
    changes: [readReview, listReviews, readHold],
    onDone: () => {
      say(t(`reviews.${what}.done`));
      onClose();
    },
  });
  const { decided, proposed } = review;
  const figures = {
    teacherWas: words(decided.teacher),
    teacherWould: words(proposed.teacher),
    studentWas: words(decided.refund),
    studentWould: words(proposed.refund),
  };
  return (
    <ReasonDialog
      title={t(`reviews.${what}.button`)}
      confirm={t(`reviews.${what}.button`)}
      act={act}
      onSubmit={(reason) =>
        void act.run({ params: { reviewId: review.id }, body: { reason }, ifMatch: etag })
      }
      onClose={onClose}
      onReload={onReload}
    >
      <Text size="sm">
        {what === 'apply' ? t('reviews.apply.words', figures) : t('reviews.dismiss.words')}
      </Text>
    </ReasonDialog>
  );
}
