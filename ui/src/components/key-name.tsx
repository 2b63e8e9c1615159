import { Fragment } from 'react';

/** The name of a config key, which may break behind its dots. */
export function KeyName({ name }: { readonly name: string }) {
  return (
    <span className="mono key-name">
      {name.split(/(?<=\.)/).map((part) => (
        <Fragment key={part}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}
