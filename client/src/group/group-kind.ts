import type { MillraceError } from '@millrace/foundation';

const hints: Readonly<Record<string, string>> = {
  GROUP_ID_NOT_FOUND:
    'The id is that of a group of another kind (classic, consumer, share, streams): take another groupId.',
  INCONSISTENT_GROUP_PROTOCOL:
    'The id is that of a group of another kind, or its members offer other assignors: take another groupId, or offer one of theirs.',
};

/** The refusal of a member, with what there is to do about it where the group itself is at fault. */
export function withGroupHint(error: MillraceError): MillraceError {
  const hint = hints[error.code];
  return hint === undefined ? error : error.with({ hint, path: 'groupId' });
}
