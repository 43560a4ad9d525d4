import { basename } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * The end-to-end files that take longest, in the order they are begun: half a minute or more each in `npm test` on two
 * cores. A file that has no place here only costs time: it comes after these.
 */
export const LONGEST = [
  ...['web-admin', 'web-teacher', 'web-student', 'web-system', 'expiry', 'web-finance'],
  ...['last-seat', 'crash', 'killed', 'broker', 'edges', 'cancelling'],
];

const placeOf = ({ path }) => {
  const place = LONGEST.indexOf(basename(path, '.test.ts'));
  return place === -1 ? LONGEST.length : place;
};
const isEndToEnd = ({ context }) => context.config.displayName?.name === 'e2e';
const rankOf = (test) => (isEndToEnd(test) ? placeOf(test) : LONGEST.length + 1);

/**
 * Longest first, so that no long file is left to run by itself at the end. Jest knows how long each takes only from its
 * cache, which a fresh clone does not have; among files of one rank its own order stays.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
