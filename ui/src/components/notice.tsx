import type { ReactNode } from 'react';

interface NoticeProps {
  readonly title: string;
  readonly picture?: ReactNode;
  readonly children?: ReactNode;
}

/** What a page says where it has no table to show: empty, not found, out of reach. */
export function Notice({ title, picture, children }: NoticeProps) {
  return (
    <div className="notice">
      {picture === undefined ? null : <div className="picture">{picture}</div>}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface FailureProps {
  readonly error: { readonly message: string; readonly hint: string | null };
  readonly children?: ReactNode;
}

/** A failure to read something, in place of what would be there. */
export function Failure({ error, children }: FailureProps) {
  return (
    <Notice title={error.message}>
      {error.hint === null ? null : <p className="quiet">{error.hint}</p>}
      {children}
    </Notice>
  );
}
