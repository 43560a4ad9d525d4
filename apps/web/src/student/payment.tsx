import { Alert, Anchor, Button, Group, Loader, Paper, Stack, Text } from '@mantine/core';
import { type Payment, readPayment } from '@rollcall/contracts/api/billing';
import { listPurchases, listSessionPurchases } from '@rollcall/contracts/api/enrollment';
import { money } from '@rollcall/contracts/money';
import { Link, Navigate, useParams } from 'react-router';
import { useList, useRead } from '../api/read.js';
import { Money } from '../parts/money.js';
import { PageTitle } from '../parts/page-title.js';
import { StateBadge } from '../parts/state-badge.js';
import { Loaded } from '../parts/states.js';
import { useWords } from '../words/words.js';
import { pageOf } from './use-purchase.js';

/** Milliseconds between two looks at what is about to happen. */
const SOON = 1_500;

/** Milliseconds that the clocks of two services may differ. */
const SKEW = 60_000;

/** What became of a payment, and of what was bought by it. */
export function PaymentPage() {
  const t = useWords('student');
  const { paymentId = '' } = useParams();
  const payment = useRead(readPayment, { params: { paymentId } }, { every: 5_000 });
  return (
    <Stack maw={640} mx="auto">
      <PageTitle>{t('payment.title')}</PageTitle>
      <Loaded from={payment}>{(found) => <Shown payment={found} />}</Loaded>
    </Stack>
  );
}

function Shown({ payment }: { readonly payment: Payment }) {
  const t = useWords('student');
  const { status, purpose } = payment;
  return (
    <>
      <Paper withBorder p="lg">
        <Group justify="space-between">
          <Text size="xl" fw={700}>
            <Money value={money(payment.amount, payment.currency)} />
          </Text>
          <StateBadge state={status} />
        </Group>
      </Paper>
      {status === 'pending' && <Alert color="orange">{t('payment.pending')}</Alert>}
      {status === 'processing' && <Alert color="blue">{t('payment.processing')}</Alert>}
      {status === 'failed' && (
        <Alert color="red" title={t('payment.failed')}>
          {t('payment.failedWords', { code: payment.failureCode ?? '—' })}
        </Alert>
      )}
      {status === 'succeeded' && purpose !== 'topup' && <Bought payment={payment} />}
      <Anchor component={Link} to="/student/wallet">
        {t('payment.wallet')}
      </Anchor>
    </>
  );
}

/** The purchase follows the payment within moments; where it was refused the money stays as credits. */
function Bought({ payment: { purpose, courseId, sessionId, createdAt } }: { readonly payment: Payment }) {
  const t = useWords('student');
  const isCourse = purpose === 'course';
  const courses = useList(listPurchases, { query: {} }, { enabled: isCourse, every: SOON });
  const singles = useList(listSessionPurchases, { query: {} }, { enabled: !isCourse, every: SOON });
  const found = (isCourse ? courses : singles).rows.find(
    (one) =>
      one.fundedBy === 'card' &&
      Date.parse(one.createdAt) > Date.parse(createdAt) - SKEW &&
      (isCourse ? one.courseId === courseId : one.sessionId === sessionId),
  );
  if (found !== undefined) return <Navigate to={pageOf(found)} replace />;
  return (
    <Alert color="blue" title={t('payment.buying')}>
      <Group gap="sm">
        <Loader size="sm" />
        <Text size="sm">{t('payment.buyingWords')}</Text>
      </Group>
      <Button component={Link} to="/student" size="xs" variant="default" mt="sm">
        {t('payment.classes')}
      </Button>
    </Alert>
  );
}
