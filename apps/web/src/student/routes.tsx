import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { student as en } from '../words/en/student.js';
import { student as uk } from '../words/uk/student.js';
import { addWords, useWords } from '../words/words.js';

addWords('student', { en, uk });

function Home() {
  const t = useWords('student');
  return (
    <>
      <PageTitle>{t('lessons.title')}</PageTitle>
      <EmptyState title={t('lessons.empty')} />
    </>
  );
}

const routes: RouteObject[] = [
  {
    index: true,
    element: (
      <OnlyFor roles={['student']}>
        <Home />
      </OnlyFor>
    ),
  },
];

export default routes;
