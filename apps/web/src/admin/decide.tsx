import { NumberInput, Text } from '@mantine/core';
import {
  type Hold,
  listAdminHolds,
  readHold,
  readSettlement,
  refundHold,
  releaseHold,
  splitHold,
} from '@rollcall/contracts/api/settlement';
import { percent } from '@rollcall/contracts/money';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useSay } from '../office/say.js';
import { useMoney } from '../parts/money.js';
import { useWords } from '../words/words.js';

export type Choice = 'release' | 'refund' | 'split';

interface DecideDialogProps {
  readonly hold: Hold;
  readonly choice: Choice;
  readonly etag: string | undefined;
  readonly onClose: () => void;
  readonly onReload: () => void;
}

/** A person's decision about an open hold, with what it comes to said before it is sent. */
export function DecideDialog({ hold, choice, etag, onClose, onReload }: DecideDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const words = useMoney();
  const [share, setShare] = useState<string | number>(50);
  const options = {
    changes: [readHold, listAdminHolds, readSettlement],
    onDone: () => {
      say(t(`holds.choices.${choice}.done`));
      onClose();
    },
  };
  const acts = {
    release: useAct(releaseHold, options),
    refund: useAct(refundHold, options),
    split: useAct(splitHold, options),
  };
  const send = (reason: string) => {
    const about = { params: { holdId: hold.id }, ifMatch: etag };
    if (choice === 'split')
      void acts.split.run({ ...about, body: { reason, teacherPercent: Number(share) } });
    else void acts[choice].run({ ...about, body: { reason } });
  };
  const side = percent(hold.amount, Math.round(Math.min(100, Math.max(0, Number(share) || 0)) * 100));
  const parts = {
    side: words({ amount: side, currency: hold.currency }),
    rest: words({ amount: hold.amount - side, currency: hold.currency }),
  };
  return (
    <ReasonDialog
      title={t(`holds.choices.${choice}.button`)}
      confirm={t(`holds.choices.${choice}.button`)}
      act={acts[choice]}
      onSubmit={send}
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
          error={acts.split.fields.teacherPercent}
        />
      )}
      <Text size="sm">
        {choice === 'split'
          ? t('holds.choices.split.words', parts)
          : t(`holds.choices.${choice}.words`, { amount: words(hold) })}
      </Text>
    </ReasonDialog>
  );
}
