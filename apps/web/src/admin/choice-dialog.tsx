import { NumberInput, Text } from '@mantine/core';
import { type Money, percent } from '@rollcall/contracts/money';
import { type ReactNode, useState } from 'react';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';

export type Choice = 'release' | 'refund' | 'split';
export const CHOICES: readonly Choice[] = ['release', 'refund', 'split'];

interface ChoiceDialogProps {
  /** What is shared out. */
  readonly amount: Money;
  readonly choice: Choice;
  readonly act: Parameters<typeof ReasonDialog>[0]['act'];
  /** `teacherPercent` is of a split alone. */
  readonly onSubmit: (reason: string, teacherPercent: number | undefined) => void;
  readonly onClose: () => void;
  readonly onReload: () => void;
  readonly children?: ReactNode;
}

/** A person's decision about a hold, with what it comes to said before it is sent. */
export function ChoiceDialog({
  amount,
  choice,
  act,
  onSubmit,
  onClose,
  onReload,
  children,
}: ChoiceDialogProps) {
  const t = useWords('admin');
  const words = useMoney();
  const [share, setShare] = useState<string | number>(50);
  const { currency } = amount;
  const side = percent(amount.amount, Math.round(Math.min(100, Math.max(0, Number(share) || 0)) * 100));
  const parts = {
    side: words({ amount: side, currency }),
    rest: words({ amount: amount.amount - side, currency }),
  };
  return (
    <ReasonDialog
      title={t(`holds.choices.${choice}.button`)}
      confirm={t(`holds.choices.${choice}.button`)}
      act={act}
      onSubmit={(reason) => onSubmit(reason, choice === 'split' ? Number(share) : undefined)}
      onClose={onClose}
      onReload={onReload}
    >
      {choice === 'split' && (
        <NumberInput
          label={t('holds.teacherPercent')}
          value={share}
          onChange={setShare}
          min={0}
          max={100}
          decimalScale={2}
          suffix=" %"
          error={act.fields.teacherPercent}
        />
      )}
      <Text size="sm">
        {choice === 'split'
          ? t('holds.choices.split.words', parts)
          : t(`holds.choices.${choice}.words`, { amount: words(amount) })}
      </Text>
      {children}
    </ReasonDialog>
  );
}
