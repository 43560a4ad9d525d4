import { Button, Container } from '@mantine/core';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

/** Of a page that threw: also after a new version is out, whose chunks have other names. */
export function Crash() {
  const t = useWords('common');
  return (
    <Container py="xl">
      <PageTitle words={t('crash.words')}>{t('crash.title')}</PageTitle>
      <Button onClick={() => window.location.reload()}>{t('crash.reload')}</Button>
    </Container>
  );
}
