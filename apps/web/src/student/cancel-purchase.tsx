import { Button, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  type Course,
  cancelPurchase,
  cancelSessionPurchase,
  listPurchases,
  listSessionPurchases,
  type Purchase,
  readPurchase,
  readSessionPurchase,
} from '@rollcall/contracts/api/enrollment';
import { listHolds } from '@rollcall/contracts/api/settlement';
import { listTransactions, readWallet } from '@rollcall/contracts/api/wallet';
import { useAct } from '../api/act.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';
import { givenBack } from './given-back.js';

const CHANGES = [
  ...[readPurchase, readSessionPurchase, listPurchases, listSessionPurchases],
  ...[listHolds, readWallet, listTransactions],
];

interface CancelPurchaseProps {
  readonly purchase: Purchase;
  readonly course: Course;
}

/** Cancels what has not begun, once one has seen what comes back. */
export function CancelPurchase({ purchase, course }: CancelPurchaseProps) {
  const t = useWords('student');
  const say = useMoney();
  const [isOpen, { open, close }] = useDisclosure();
  const onDone = close;
  const whole = useAct(cancelPurchase, { changes: CHANGES, onDone });
  const one = useAct(cancelSessionPurchase, { changes: CHANGES, onDone });
  const { back, kept, total } = givenBack(purchase, course);
  if (purchase.status !== 'active' || back.length === 0) return null;
  const isCourse = purchase.kind === 'course';
  const act = isCourse ? whole : one;
  const confirm = () =>
    isCourse
      ? void whole.run({ params: { enrollmentId: purchase.id } })
      : void one.run({ params: { purchaseId: purchase.id } });
  return (
    <>
      <Button variant="light" color="red" onClick={open}>
        {t('cancel.open')}
      </Button>
      <ConfirmDialog
        title={t('cancel.title')}
        isOpen={isOpen}
        onClose={close}
        onConfirm={confirm}
        confirm={t('cancel.confirm')}
        isRunning={act.isRunning}
        error={act.error}
        isDangerous
      >
        <Text fw={600}>
          {purchase.lessons === null
            ? t('cancel.money', { amount: say(total) })
            : t('cancel.lessons', { count: back.length })}
        </Text>
        <List size="sm">
          {back.map(({ id, title }) => (
            <List.Item key={id}>{title}</List.Item>
          ))}
        </List>
        {kept.length > 0 && <Text size="sm">{t('cancel.kept', { count: kept.length })}</Text>}
      </ConfirmDialog>
    </>
  );
}
