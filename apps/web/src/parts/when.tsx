import { useLanguage } from '../words/words.js';

type Shape = 'moment' | 'date' | 'time' | 'seconds';

const SHAPES: Readonly<Record<Shape, Intl.DateTimeFormatOptions>> = {
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  date: { dateStyle: 'medium' },
  time: { timeStyle: 'short' },
  seconds: { timeStyle: 'medium' },
};

interface WhenProps {
  /** An instant as the API says it. */
  readonly at: string;
  readonly as?: Shape;
  /** A course's dates: with the name of the zone they are told in. */
  readonly withZone?: boolean;
}

/** An instant in the reader's zone and locale; the exact one, in UTC, as its title. */
export function When({ at, as = 'moment', withZone = false }: WhenProps) {
  const words = useWhen();
  return (
    <time dateTime={at} title={at}>
      {words(at, as)}
      {withZone && ` ${zoneName()}`}
    </time>
  );
}

/** For sentences: `t('until', { end: when(hold.releaseAt) })`. */
export function useWhen(): (at: string, as?: Shape) => string {
  const { locale } = useLanguage();
  return (at, as = 'moment') => new Intl.DateTimeFormat(locale, SHAPES[as]).format(new Date(at));
}

/** Such as Europe/Kyiv. */
export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
