/** Events: https://docs.stripe.com/api/events. */
import { z } from 'zod';
import { call } from '../call.js';
import { invalid } from '../errors.js';
import { expand, paging, text, when } from '../forms.js';
import { all, page, within } from '../lists.js';
import { get } from '../world.js';

const listParams = z.strictObject({
  ...paging,
  created: when.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});

/** A type, or a family of them: `charge.*`. */
const isOf = (type: string, wanted: string): boolean =>
  wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

export const eventCalls = [
  call('GET', '/v1/events/:id', z.strictObject(expand), (world, _given, id) => get(world.events, id)),
  call('GET', '/v1/events', listParams, (world, given) => {
    if (given.type !== undefined && given.types !== undefined)
      throw invalid('Either type or types, not both', { param: 'types' });
    const wanted = given.types ?? (given.type === undefined ? ['*'] : [given.type]);
    const found = all(world, world.events).filter(
      ({ type, created }) =>
        within(created, given.created) && wanted.some((one) => one === '*' || isOf(type, one)),
    );
    return page(found, '/v1/events', given);
  }),
];
