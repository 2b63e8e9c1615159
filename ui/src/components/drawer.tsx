import { type ReactNode, useEffect, useRef } from 'react';
import { useClosing } from '../keys.ts';
import { CloseIcon } from './icons.tsx';

interface DrawerProps {
  readonly label: string;
  readonly title: ReactNode;
  readonly acts?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Something in full, at the right, over the table that it is from; the table stays in reach. */
export function Drawer({ label, title, acts, onClose, children }: DrawerProps) {
  useClosing(onClose);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    closer.current?.focus();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  return (
    <aside className="drawer" aria-label={label}>
      <header>
        <h2>{title}</h2>
        {acts}
        <button
          type="button"
          className="plain icon"
          ref={closer}
          onClick={onClose}
          aria-label="Close"
          title="Close (Esc)"
        >
          <CloseIcon />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long content scrolls, and must do so by keys too. */}
      <section className="content" tabIndex={0} aria-label="Content">
        {children}
      </section>
    </aside>
  );
}
