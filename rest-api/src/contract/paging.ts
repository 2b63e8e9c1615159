import type { TSchema } from 'typebox';
import type { Builders } from './route.ts';

/** Most items of one page, and how many come where nothing is said. */
export const MAX_PAGE_ITEMS = 5_000;
export const DEFAULT_PAGE_ITEMS = 100;

/** What every list takes. `search` is looked for in names, whatever their case. */
export const pageQuery = (t: Builders) => ({
  search: t.Optional(t.String({ maxLength: 255 })),
  limit: t.Optional(t.Integer({ minimum: 1, maximum: MAX_PAGE_ITEMS })),
  after: t.Optional(t.String({ maxLength: 1_024, description: '`next` of the page before' })),
});

/** One page of a list, in the order asked for. */
export const page = <Item extends TSchema>(t: Builders, item: Item) => ({
  items: t.Array(item),
  total: t.Integer({ description: 'Items on all pages that the filters let through' }),
  next: t.Union([t.String(), t.Null()], { description: '`after` of the next page; null on the last' }),
});
