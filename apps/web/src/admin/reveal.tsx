import { Alert, Button, Group } from '@mantine/core';
import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { revealWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import { useState } from 'react';
import { useAct } from '../api/act.js';
import { Facts } from '../office/facts.js';
import { ReasonDialog } from '../office/reason-dialog.js';
import { useWords } from '../words/words.js';

/** Bank details in full, for as long as the page is open and they are not hidden: they are kept nowhere. */
export function Reveal({ withdrawalId }: { readonly withdrawalId: string }) {
  const t = useWords('admin');
  const [isAsked, setAsked] = useState(false);
  const [account, setAccount] = useState<BankAccount>();
  const act = useAct(revealWithdrawal, {
    onDone: ({ body }) => {
      setAccount(body.bankAccount);
      setAsked(false);
    },
  });
  if (account !== undefined)
    return (
      <Alert
        title={t('reveal.title')}
        withCloseButton
        closeButtonLabel={t('reveal.hide')}
        onClose={() => setAccount(undefined)}
      >
        <Facts
          of={[
            [t('reveal.bankName'), account.bankName],
            [t('reveal.accountName'), account.accountName],
            [t('reveal.accountNumber'), account.accountNumber],
            [t('reveal.branch'), account.branch ?? null],
            [t('reveal.swiftCode'), account.swiftCode ?? null],
          ]}
        />
      </Alert>
    );
  return (
    <Group>
      <Button variant="default" size="xs" onClick={() => setAsked(true)}>
        {t('reveal.button')}
      </Button>
      {isAsked && (
        <ReasonDialog
          title={t('reveal.button')}
          confirm={t('reveal.button')}
          act={act}
          onSubmit={(reason) => void act.run({ params: { withdrawalId }, body: { reason } })}
          onClose={() => setAsked(false)}
        >
          {t('reveal.words')}
        </ReasonDialog>
      )}
    </Group>
  );
}
