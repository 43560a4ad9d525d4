import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { admin as en } from '../words/en/admin.js';
import { admin as uk } from '../words/uk/admin.js';
import { addWords, useWords } from '../words/words.js';

addWords('admin', { en, uk });

function Home() {
  const t = useWords('admin');
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
      <OnlyFor roles={['admin']}>
        <Home />
      </OnlyFor>
    ),
  },
];

export default routes;
