import { listDisputes } from '@rollcall/contracts/api/disputes';
import {
  type Hold,
  listAdminHolds,
  readHold,
  readSettlement,
  refundHold,
  releaseHold,
  splitHold,
} from '@rollcall/contracts/api/settlement';
import { useAct } from '../api/act.js';
import { useSay } from '../office/say.js';
import { useWords } from '../words/words.js';
import { type Choice, ChoiceDialog } from './choice-dialog.js';

interface DecideDialogProps {
  readonly hold: Hold;
  readonly choice: Choice;
  readonly etag: string | undefined;
  readonly onClose: () => void;
  readonly onReload: () => void;
}

/** Decides an open hold, and with it its dispute, where there is one. */
export function DecideDialog({ hold, choice, etag, onClose, onReload }: DecideDialogProps) {
  const t = useWords('admin');
  const say = useSay();
  const options = {
    changes: [readHold, listAdminHolds, listDisputes, readSettlement],
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
  const send = (reason: string, teacherPercent: number | undefined) => {
    const about = { params: { holdId: hold.id }, ifMatch: etag };
    if (choice === 'split')
      void acts.split.run({ ...about, body: { reason, teacherPercent: teacherPercent ?? 0 } });
    else void acts[choice].run({ ...about, body: { reason } });
  };
  return (
    <ChoiceDialog
      amount={hold}
      choice={choice}
      act={acts[choice]}
      onSubmit={send}
      onClose={onClose}
      onReload={onReload}
    />
  );
}
