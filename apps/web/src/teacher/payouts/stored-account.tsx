import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { changeWalletSettings, readWalletSettings } from '@rollcall/contracts/api/withdrawals';
import type { AnswerOf } from '@rollcall/contracts/route';
import { useAct } from '../../api/act.js';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { Form, useFieldErrors } from '../../parts/form.js';
import { useWords } from '../../words/words.js';
import { accountOf, BankFields, NO_ACCOUNT } from './bank-fields.js';

interface StoredAccountProps {
  readonly stored: AnswerOf<typeof readWalletSettings>;
  readonly etag: string | undefined;
  readonly coolDownHours: number;
}

/** Where withdrawals go that name no account of their own. */
export function StoredAccount({ stored, etag, coolDownHours }: StoredAccountProps) {
  const t = useWords('teacher');
  const [isEditing, { open, close }] = useDisclosure();
  const { defaultBankAccount: account } = stored;
  return (
    <Card component="section" withBorder aria-labelledby="account">
      <Stack gap="md">
        <Title order={2} id="account" fz="lg">
          {t('settings.account')}
        </Title>
        <Text>
          {account
            ? `${account.bankName}, ${account.accountNumber}, ${account.accountName}`
            : t('settings.none')}
        </Text>
        {isEditing ? (
          <AccountForm etag={etag} coolDownHours={coolDownHours} close={close} />
        ) : (
          <Group>
            <Button variant="default" onClick={open}>
              {t(account ? 'settings.change' : 'settings.store')}
            </Button>
            {account && <Forget etag={etag} />}
          </Group>
        )}
      </Stack>
    </Card>
  );
}

interface AccountFormProps {
  readonly etag: string | undefined;
  readonly coolDownHours: number;
  readonly close: () => void;
}

const CHANGES = [readWalletSettings, readPayoutReadiness];

function AccountForm({ etag, coolDownHours, close }: AccountFormProps) {
  const t = useWords('teacher');
  const form = useForm({ initialValues: { defaultBankAccount: NO_ACCOUNT } });
  const act = useAct(changeWalletSettings, {
    changes: CHANGES,
    onDone: () => {
      close();
      notifications.show({ color: 'green', message: t('settings.accountSaved') });
    },
  });
  useFieldErrors(form, act.error);
  const submit = form.onSubmit(({ defaultBankAccount }) =>
    act.run({ body: { defaultBankAccount: accountOf(defaultBankAccount) }, ifMatch: etag }),
  );
  return (
    <Form
      onSubmit={submit}
      error={act.error}
      isRunning={act.isRunning}
      submit={t('settings.saveAccount')}
      beside={
        <Button variant="subtle" onClick={close}>
          {t('settings.keepAccount')}
        </Button>
      }
    >
      <BankFields
        field={(name) => form.getInputProps(`defaultBankAccount.${name}`)}
        coolDownHours={coolDownHours}
      />
    </Form>
  );
}

function Forget({ etag }: { readonly etag: string | undefined }) {
  const t = useWords('teacher');
  const [isOpen, { open, close }] = useDisclosure();
  const act = useAct(changeWalletSettings, {
    changes: CHANGES,
    onDone: () => {
      close();
      notifications.show({ color: 'green', message: t('settings.forgotten') });
    },
  });
  return (
    <>
      <Button variant="subtle" color="red" onClick={open}>
        {t('settings.forget')}
      </Button>
      <ConfirmDialog
        title={t('settings.forgetTitle')}
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => void act.run({ body: { defaultBankAccount: null }, ifMatch: etag })}
        confirm={t('settings.forget')}
        isRunning={act.isRunning}
        error={act.error}
        isDangerous
      >
        <Text>{t('settings.forgetWords')}</Text>
      </ConfirmDialog>
    </>
  );
}
