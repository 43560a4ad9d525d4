import type { RouteObject } from 'react-router';
import { pub as en } from '../words/en/public.js';
import { pub as uk } from '../words/uk/public.js';
import { addWords } from '../words/words.js';
import { CataloguePage } from './catalogue.js';
import { CoursePage } from './course.js';
import { HomePage } from './home.js';
import { fromLetters } from './letters.js';

addWords('public', { en, uk });

const routes: RouteObject[] = [
  { index: true, element: <HomePage /> },
  { path: 'courses', element: <CataloguePage /> },
  { path: 'courses/:courseId', element: <CoursePage /> },
  ...fromLetters,
];

export default routes;
