import { MillraceError, Misfit } from '@millrace/sdk';

/** The poison error that a converter throws; a misfit among the causes gives it its path and reason. */
export function poison(
  sentence: string,
  details: { readonly code: string; readonly hint: string },
  cause?: unknown,
): MillraceError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  const pointer = cause instanceof Misfit ? cause.pointer : '';
  return new MillraceError(`${sentence}${pointer === '' ? '' : ` at ${pointer}`}${reason}.`, {
    ...details,
    class: 'poison',
    ...(pointer === '' ? {} : { path: pointer }),
    ...(cause === undefined || cause instanceof Misfit ? {} : { cause }),
  });
}
