import { Anchor, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { forgotPassword } from '@rollcall/contracts/api/identity';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAct } from '../api/act.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { Narrow } from './narrow.js';

export function ForgotPage() {
  const t = useWords('account');
  const [isDone, setDone] = useState(false);
  const form = useForm({ initialValues: { email: '' } });
  const act = useAct(forgotPassword, { onDone: () => setDone(true) });
  useFieldErrors(form, act.error);
  if (isDone) {
    return (
      <Narrow title={t('forgot.done')} words={t('forgot.doneWords')}>
        <Anchor component={Link} to="/account/login">
          {t('forgot.back')}
        </Anchor>
      </Narrow>
    );
  }
  return (
    <Narrow title={t('forgot.title')} words={t('forgot.words')}>
      <Form
        onSubmit={form.onSubmit((body) => void act.run({ body }))}
        error={act.error}
        isRunning={act.isRunning}
        submit={t('forgot.submit')}
        beside={
          <Anchor component={Link} to="/account/login">
            {t('forgot.back')}
          </Anchor>
        }
      >
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
      </Form>
    </Narrow>
  );
}
