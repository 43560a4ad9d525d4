import { Anchor, Container, PasswordInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { Form, useFieldErrors } from '../parts/form.js';
import { PageTitle } from '../parts/page-title.js';
import { signIn, useUser } from '../session/session.js';
import { useWords } from '../words/words.js';
import { homeOf, nextIn } from './next.js';

export function LoginPage() {
  const t = useWords('account');
  const user = useUser();
  const [search] = useSearchParams();
  const form = useForm({ initialValues: { email: '', password: '' } });
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  useFieldErrors(form, error);
  if (user !== undefined) return <Navigate to={nextIn(search) ?? homeOf(user.roles)} replace />;
  const submit = form.onSubmit(async (values) => {
    setRunning(true);
    setError(undefined);
    await signIn(values).catch(setError);
    setRunning(false);
  });
  return (
    <Container size={420} px={0}>
      <PageTitle>{t('login.title')}</PageTitle>
      <Form onSubmit={submit} error={error} isRunning={isRunning} submit={t('login.submit')}>
        <TextInput
          label={t('login.email')}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('login.password')}
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
      </Form>
      <Text mt="md">
        {t('login.noAccount')}{' '}
        <Anchor component={Link} to="/account/register">
          {t('login.register')}
        </Anchor>
      </Text>
    </Container>
  );
}
