import { Button } from '@mantine/core';
import { verifyEmail } from '@rollcall/contracts/api/identity';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { useAct } from '../api/act.js';
import { Form } from '../parts/form.js';
import { useWords } from '../words/words.js';
import { Narrow, tokenIn } from './narrow.js';

/** At a button, not by itself: programs that look at a letter's links would confirm it in the reader's place. */
export function VerifyPage() {
  const t = useWords('account');
  const { hash } = useLocation();
  const token = tokenIn(hash);
  const [isDone, setDone] = useState(false);
  const act = useAct(verifyEmail, { onDone: () => setDone(true) });
  if (token === '') return <Narrow title={t('reset.noToken')} words={t('reset.noTokenWords')} />;
  if (isDone) {
    return (
      <Narrow title={t('verify.done')} words={t('verify.doneWords')}>
        <Button component={Link} to="/">
          {t('verify.on')}
        </Button>
      </Narrow>
    );
  }
  return (
    <Narrow title={t('verify.title')} words={t('verify.words')}>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          void act.run({ body: { token } });
        }}
        error={act.error}
        isRunning={act.isRunning}
        submit={t('verify.submit')}
      >
        {null}
      </Form>
    </Narrow>
  );
}
