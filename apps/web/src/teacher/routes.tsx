import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { teacher as en } from '../words/en/teacher.js';
import { teacher as uk } from '../words/uk/teacher.js';
import { addWords, useWords } from '../words/words.js';

addWords('teacher', { en, uk });

function Home() {
  const t = useWords('teacher');
  return (
    <>
      <PageTitle>{t('home.title')}</PageTitle>
      <EmptyState title={t('home.empty')} />
    </>
  );
}

const routes: RouteObject[] = [
  {
    index: true,
    element: (
      <OnlyFor roles={['teacher']}>
        <Home />
      </OnlyFor>
    ),
  },
];

export default routes;
