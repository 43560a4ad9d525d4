import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** A hold by its id, or by a reference of the ledger's, `hold:<id>`. */
export default function Follow() {
  const t = useWords('finance');
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { holdId: '' },
    validate: { holdId: (typed) => (ID.test(typed) ? null : t('follow.noId')) },
  });
  return (
    <>
      <PageTitle words={t('follow.words')}>{t('follow.title')}</PageTitle>
      <form onSubmit={form.onSubmit(({ holdId }) => void navigate(`/finance/holds/${ID.exec(holdId)?.[0]}`))}>
        <Group align="flex-start">
          <TextInput label={t('follow.id')} w={{ base: '100%', xs: 380 }} {...form.getInputProps('holdId')} />
          <Button type="submit" mt={{ base: 0, xs: 25 }}>
            {t('follow.go')}
          </Button>
        </Group>
      </form>
    </>
  );
}
