import type { RouteObject } from 'react-router';
import { PageTitle } from '../parts/page-title.js';
import { pub as en } from '../words/en/public.js';
import { pub as uk } from '../words/uk/public.js';
import { addWords, useWords } from '../words/words.js';

addWords('public', { en, uk });

function Home() {
  const t = useWords('public');
  return <PageTitle>{t('home.title')}</PageTitle>;
}

const routes: RouteObject[] = [{ index: true, element: <Home /> }];

export default routes;
