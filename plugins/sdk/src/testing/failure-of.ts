import { type ErrorReport, isMillraceError, type MillraceError } from '@millrace/foundation';

/** What an attempt fails with. @throws what is no {@link MillraceError}, and where it does not fail */
export async function failureOf(attempt: Promise<unknown>): Promise<MillraceError> {
  const error = await attempt.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!isMillraceError(error)) throw error ?? new Error('it did not fail');
  return error;
}

/** What a person reads of the failure of an attempt. @throws as {@link failureOf} */
export const wordsOf = async (attempt: Promise<unknown>): Promise<ErrorReport> =>
  (await failureOf(attempt)).report();
