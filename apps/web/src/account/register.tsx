import { Anchor, Group, PasswordInput, Radio, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useRun } from '../api/run.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { zoneName } from '../parts/when.js';
import { openAccount, useUser } from '../session/session.js';
import { useLanguage, useWords } from '../words/words.js';
import { Narrow } from './narrow.js';
import { homeOf, nextIn } from './next.js';

export function RegisterPage() {
  const t = useWords('account');
  const user = useUser();
  const { language } = useLanguage();
  const [search] = useSearchParams();
  const form = useForm({ initialValues: valuesFrom(search) });
  const { run, isRunning, error } = useRun(async ({ referralCode, ...body }: Values) => {
    const code = referralCode.trim() || undefined;
    await openAccount({ ...body, referralCode: code, locale: language, timeZone: zoneName() });
  });
  useFieldErrors(form, error);
  if (user !== undefined) return <Navigate to={nextIn(search) ?? homeOf(user.roles)} replace />;
  return (
    <Narrow title={t('register.title')} words={t('register.words')}>
      <Form
        onSubmit={form.onSubmit((values) => void run(values))}
        error={error}
        isRunning={isRunning}
        submit={t('register.submit')}
      >
        <Radio.Group label={t('register.role')} {...form.getInputProps('role')}>
          <Group mt="xs">
            <Radio value="student" label={t('register.student')} />
            <Radio value="teacher" label={t('register.teacher')} />
          </Group>
        </Radio.Group>
        <TextInput label={t('name')} autoComplete="name" required {...form.getInputProps('name')} />
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('password')}
          description={t('passwordHint')}
          autoComplete="new-password"
          required
          {...form.getInputProps('password')}
        />
        <TextInput
          label={t('register.referral')}
          description={t('register.referralHint')}
          {...form.getInputProps('referralCode')}
        />
      </Form>
      <Text mt="lg">
        {t('register.have')}{' '}
        <Anchor component={Link} underline="always" to={{ pathname: '/account/login', search: `?${search}` }}>
          {t('register.login')}
        </Anchor>
      </Text>
    </Narrow>
  );
}

interface Values extends Record<string, string> {
  role: 'student' | 'teacher';
  name: string;
  email: string;
  password: string;
  referralCode: string;
}

const valuesFrom = (search: URLSearchParams): Values => ({
  role: search.get('role') === 'teacher' ? 'teacher' : 'student',
  ...{ name: '', email: '', password: '' },
  referralCode: search.get('code') ?? '',
});
