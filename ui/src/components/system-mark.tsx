import type { CSSProperties } from 'react';

/** A sign of a system: its first letters on a colour of its own. */
export function SystemMark({ name }: { readonly name: string }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span className="system-mark" aria-hidden="true" style={{ '--mark-hue': hue } as CSSProperties}>
      {name.slice(0, 2)}
    </span>
  );
}
