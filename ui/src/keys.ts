import { useEffect } from 'react';

/** As the keyboard of this machine says it. */
export const FIND_KEY =
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';

/** The keys that every page knows, for the help and the palette. */
export const KEYS: readonly { readonly key: string; readonly does: string }[] = [
  { key: FIND_KEY, does: 'Find a page, connector, topic, group or act' },
  { key: '/', does: 'Go to the filter' },
  { key: 'j  k', does: 'Next row, row before' },
  { key: 'Enter', does: 'Open the row' },
  { key: 'Esc', does: 'Close what is open; else one level up' },
  { key: '.', does: 'Freeze live data, and go on' },
  { key: '?', does: 'These keys' },
];

/** Moves the focus between rows: `j` down, `k` up; `/` goes to the filter of the page, `Esc` out of it. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      if (event.key === 'j' || event.key === 'k') moveFocus(event.key === 'j' ? 1 : -1);
      else if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('input[type=search]');
        if (filter === null) return;
        event.preventDefault();
        filter.focus();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Calls back for one key, while nothing is typed into and nothing that is open has taken it. */
export function useKey(key: string, act: () => void): void {
  useEffect(() => onKeyDown(key, act, false), [key, act]);
}

/** Has `Esc` close what is open, before it means anything to the page below. */
export function useClosing(close: () => void): void {
  useEffect(() => onKeyDown('Escape', close, true), [close]);
}

/** Answers how to end it. `first`: it comes before all that does not say so, and takes the key. */
function onKeyDown(key: string, act: () => void, first: boolean): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== key || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.querySelector('[role=dialog]:not(.drawer), [role=menu]') !== null) return;
    if (isTyping(event.target)) return;
    if (first) event.preventDefault();
    act();
  };
  window.addEventListener('keydown', onKey, first);
  return () => window.removeEventListener('keydown', onKey, first);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .editor')
  );
}

function moveFocus(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
