import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A session is found by its id: from a hold, a review, a purchase, or a letter of somebody who asks. */
export default function Sessions() {
  const t = useWords('admin');
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { sessionId: '' },
    validate: { sessionId: (id) => (ID.test(id.trim()) ? null : t('sessions.noId')) },
  });
  return (
    <>
      <PageTitle words={t('sessions.words')}>{t('sessions.title')}</PageTitle>
      <form onSubmit={form.onSubmit(({ sessionId }) => void navigate(`/admin/sessions/${sessionId.trim()}`))}>
        <Group align="flex-start">
          <TextInput
            label={t('sessionId')}
            w={{ base: '100%', xs: 380 }}
            {...form.getInputProps('sessionId')}
          />
          <Button type="submit" mt={{ base: 0, xs: 25 }}>
            {t('sessions.open')}
          </Button>
        </Group>
      </form>
    </>
  );
}
