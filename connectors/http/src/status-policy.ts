import type { ConfigValue } from '@millrace/sdk';

const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

/** A config's validator of statuses and ranges of them. */
export const statusList = Object.assign(
  (value: ConfigValue): string | null => {
    const wrong = (Array.isArray(value) ? value : []).find((item) => !RANGE.test(item));
    return wrong === undefined
      ? null
      : `has ${wrong}, which is no status such as 409 and no range such as 500-599`;
  },
  { allows: 'statuses and ranges, such as 409 and 500-599' },
);

/** Whether a list of statuses and ranges has this one. */
export function hasStatus(list: readonly string[], status: number): boolean {
  return list.some((item) => {
    const [, from = '', to = from] = RANGE.exec(item) ?? [];
    return status >= Number(from) && status <= Number(to);
  });
}
