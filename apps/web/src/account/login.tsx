import { Anchor, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useRun } from '../api/run.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { signIn, useUser } from '../session/session.js';
import { useWords } from '../words/words.js';
import { Narrow } from './narrow.js';
import { homeOf, nextIn } from './next.js';

export function LoginPage() {
  const t = useWords('account');
  const user = useUser();
  const [search] = useSearchParams();
  const form = useForm({ initialValues: { email: '', password: '' } });
  const { run, isRunning, error } = useRun(async (body: typeof form.values) => void (await signIn(body)));
  useFieldErrors(form, error);
  if (user !== undefined) return <Navigate to={nextIn(search) ?? homeOf(user.roles)} replace />;
  return (
    <Narrow title={t('login.title')}>
      <Form
        onSubmit={form.onSubmit((body) => void run(body))}
        error={error}
        isRunning={isRunning}
        submit={t('login.submit')}
      >
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
      </Form>
      <Stack gap={4} mt="lg">
        <Anchor component={Link} underline="always" to="/account/forgot">
          {t('login.forgot')}
        </Anchor>
        <span>
          {t('login.noAccount')}{' '}
          <Anchor
            component={Link}
            underline="always"
            to={{ pathname: '/account/register', search: `?${search}` }}
          >
            {t('login.register')}
          </Anchor>
        </span>
      </Stack>
    </Narrow>
  );
}
