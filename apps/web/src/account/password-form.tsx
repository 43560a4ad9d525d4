import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useRun } from '../api/run.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { setPassword } from '../session/session.js';
import { useWords } from '../words/words.js';

export function PasswordForm() {
  const t = useWords('account');
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const { run, isRunning, error } = useRun(async (body: typeof form.values) => {
    await setPassword(body);
    form.reset();
    notifications.show({ message: t('profile.changed') });
  });
  useFieldErrors(form, error);
  return (
    <Form
      onSubmit={form.onSubmit((body) => void run(body))}
      error={error}
      isRunning={isRunning}
      submit={t('profile.change')}
    >
      <PasswordInput
        label={t('profile.current')}
        autoComplete="current-password"
        required
        {...form.getInputProps('currentPassword')}
      />
      <PasswordInput
        label={t('newPassword')}
        description={t('passwordHint')}
        autoComplete="new-password"
        required
        {...form.getInputProps('newPassword')}
      />
    </Form>
  );
}
