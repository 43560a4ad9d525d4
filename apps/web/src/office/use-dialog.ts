import { useState } from 'react';

/** Which act's dialog is open, if any: `{...dialog}` closes it, and where somebody was quicker also reads anew. */
export function useDialog<Act>(onReload: () => void) {
  const [opened, open] = useState<Act>();
  const onClose = () => open(undefined);
  const reload = () => {
    onClose();
    onReload();
  };
  return { opened, open, dialog: { onClose, onReload: reload } };
}
