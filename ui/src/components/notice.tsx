import type { ReactNode } from 'react';

/** What a page says where it has no table to show: empty, not found, out of reach. */
export function Notice(props: {
  readonly title: string;
  readonly picture?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className="notice">
      {props.picture === undefined ? null : <div className="picture">{props.picture}</div>}
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** A failure to read something, in place of what would be there. */
export function Failure({
  error,
}: {
  readonly error: { readonly message: string; readonly hint: string | null };
}) {
  return (
    <Notice title={error.message}>
      {error.hint === null ? null : <p className="quiet">{error.hint}</p>}
    </Notice>
  );
}
