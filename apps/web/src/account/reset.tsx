import { Anchor, Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { resetPassword } from '@rollcall/contracts/api/identity';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { useAct } from '../api/act.js';
import { Form, useFieldErrors } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { Narrow, tokenIn } from './narrow.js';

export function ResetPage() {
  const t = useWords('account');
  const { hash } = useLocation();
  const token = tokenIn(hash);
  const [isDone, setDone] = useState(false);
  const form = useForm({ initialValues: { password: '' } });
  const act = useAct(resetPassword, { onDone: () => setDone(true) });
  useFieldErrors(form, act.error);
  const another = (
    <Anchor component={Link} to="/account/forgot">
      {t('reset.another')}
    </Anchor>
  );
  if (isDone) {
    return (
      <Narrow title={t('reset.done')} words={t('reset.doneWords')}>
        <Button component={Link} to="/account/login">
          {t('login.title')}
        </Button>
      </Narrow>
    );
  }
  if (token === '') {
    return (
      <Narrow title={t('reset.noToken')} words={t('reset.noTokenWords')}>
        {another}
      </Narrow>
    );
  }
  return (
    <Narrow title={t('reset.title')} words={t('reset.words')}>
      <Form
        onSubmit={form.onSubmit(({ password }) => void act.run({ body: { token, password } }))}
        error={act.error}
        isRunning={act.isRunning}
        submit={t('reset.submit')}
        beside={another}
      >
        <PasswordInput
          label={t('newPassword')}
          description={t('passwordHint')}
          autoComplete="new-password"
          required
          {...form.getInputProps('password')}
        />
      </Form>
    </Narrow>
  );
}
