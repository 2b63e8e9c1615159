import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

/** All pages live under this path. */
const BASE = '/ui';

export type Page =
  | { readonly name: 'pipelines' }
  | { readonly name: 'connector'; readonly connector: string }
  | { readonly name: 'topics' }
  | { readonly name: 'topic'; readonly topic: string }
  | { readonly name: 'unknown' };

/** The page of a location's path; names are decoded. */
export function pageOf(pathname: string): Page {
  const parts = pathname.slice(BASE.length).split('/').filter(Boolean);
  const [first, second] = parts;
  if (first === undefined) return { name: 'pipelines' };
  if (parts.length === 2 && second !== undefined) {
    const name = decoded(second);
    if (name !== null && first === 'connectors') return { name: 'connector', connector: name };
    if (name !== null && first === 'topics') return { name: 'topic', topic: name };
  }
  return parts.length === 1 && first === 'topics' ? { name: 'topics' } : { name: 'unknown' };
}

/** The path of a page. */
export function pathOf(page: Exclude<Page, { name: 'unknown' }>): string {
  switch (page.name) {
    case 'pipelines':
      return `${BASE}/`;
    case 'topics':
      return `${BASE}/topics`;
    case 'connector':
      return `${BASE}/connectors/${encodeURIComponent(page.connector)}`;
    case 'topic':
      return `${BASE}/topics/${encodeURIComponent(page.topic)}`;
  }
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function subscribe(reader: () => void): () => void {
  window.addEventListener('popstate', reader);
  return () => window.removeEventListener('popstate', reader);
}

export function usePage(): Page {
  return pageOf(useSyncExternalStore(subscribe, () => window.location.pathname));
}

export function goTo(page: Exclude<Page, { name: 'unknown' }>): void {
  window.history.pushState(null, '', pathOf(page));
  window.dispatchEvent(new PopStateEvent('popstate'));
  window.scrollTo(0, 0);
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: Exclude<Page, { name: 'unknown' }>;
}

/** A link inside the UI; modified clicks open it as the browser would. */
export function Link({ to, ...rest }: LinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return <a {...rest} href={pathOf(to)} onClick={onClick} />;
}
