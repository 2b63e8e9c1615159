import type { QueryOf, readMessages } from '@millrace/rest-api/contract';
import { useInQuery } from '../../router.tsx';

/** From where, and how, messages are looked at: all of it is part of the address. */
export interface Look {
  readonly from: 'newest' | 'oldest' | 'offset' | 'time';
  readonly partition: string;
  readonly offset: string;
  /** ISO 8601 in UTC: whoever opens the address seeks the same moment. */
  readonly time: string;
  readonly filter: string;
  readonly keyFormat: string;
  readonly valueFormat: string;
}

type ReadQuery = NonNullable<QueryOf<typeof readMessages>>;

const FROM = ['newest', 'oldest', 'offset', 'time'] as const;
export const FORMATS = ['auto', 'json', 'text', 'avro', 'hex', 'base64'] as const;

export function useLook(): Look {
  const [from] = useInQuery('from', 'newest');
  const [partition] = useInQuery('partition');
  const [offset] = useInQuery('offset');
  const [time] = useInQuery('time');
  const [filter] = useInQuery('filter');
  const [keyFormat] = useInQuery('key', 'auto');
  const [valueFormat] = useInQuery('value', 'auto');
  return {
    from: FROM.find((one) => one === from) ?? 'newest',
    partition: /^\d+$/.test(partition) ? partition : '',
    offset: /^\d+$/.test(offset) ? offset : '',
    time,
    filter,
    keyFormat,
    valueFormat,
  };
}

/** What both a page and the live tail are asked with. */
export function lookQuery(look: Look): Pick<ReadQuery, 'partition' | 'filter' | 'keyFormat' | 'valueFormat'> {
  const format = (name: string) => FORMATS.find((one) => one === name);
  const [keyFormat, valueFormat] = [format(look.keyFormat), format(look.valueFormat)];
  return {
    ...(look.partition === '' ? {} : { partition: Number(look.partition) }),
    ...(look.filter.trim() === '' ? {} : { filter: look.filter.trim() }),
    ...(keyFormat === undefined || keyFormat === 'auto' ? {} : { keyFormat }),
    ...(valueFormat === undefined || valueFormat === 'auto' ? {} : { valueFormat }),
  };
}

/** What a page is asked with. */
export function readQuery(look: Look): ReadQuery {
  const atMs = Date.parse(look.time);
  // Nothing to seek by was typed yet: the newest are better than nothing.
  const unready =
    (look.from === 'offset' && look.offset === '') || (look.from === 'time' && Number.isNaN(atMs));
  const from = unready ? 'newest' : look.from;
  return {
    ...lookQuery(look),
    from,
    ...(from === 'offset' ? { offset: Number(look.offset) } : {}),
    ...(from === 'time' ? { timestamp: atMs } : {}),
  };
}
