import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

export function NotFound() {
  const t = useWords('common');
  return (
    <>
      <PageTitle words={t('notFound.words')}>{t('notFound.title')}</PageTitle>
      <Button component={Link} to="/">
        {t('access.home')}
      </Button>
    </>
  );
}
