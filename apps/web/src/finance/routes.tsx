import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { EmptyState } from '../parts/states.js';
import { OnlyFor } from '../session/only-for.js';
import { finance as en } from '../words/en/finance.js';
import { finance as uk } from '../words/uk/finance.js';
import { addWords, useWords } from '../words/words.js';

addWords('finance', { en, uk });

function Home() {
  const t = useWords('finance');
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
      <OnlyFor roles={['finance', 'admin']}>
        <Home />
      </OnlyFor>
    ),
  },
];

export default routes;
