import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { system as en } from '../words/en/system.js';
import { system as uk } from '../words/uk/system.js';
import { addWords, useWords } from '../words/words.js';

addWords('system', { en, uk });

function Home() {
  const t = useWords('system');
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
