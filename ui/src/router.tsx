import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useSyncExternalStore } from 'react';
import { BASE } from './base-path.ts';

/** Pages by name, with their paths below the base. A part with `?` may be missing. */
const PATHS = {
  home: '',
  pipelines: 'pipelines',
  connectors: 'connectors',
  create: 'create',
  connector: 'connectors/:name/:tab?',
  topics: 'topics',
  topic: 'topics/:name/:tab?',
  groups: 'groups',
  group: 'groups/:name/:tab?',
  'share-group': 'share-groups/:name/:tab?',
  plugins: 'plugins',
  plugin: 'plugins/:name',
  cluster: 'cluster/:tab?',
} as const;

export type PageName = keyof typeof PATHS;

/** A page with what its path names. What is chosen on it (filters, offsets, steps) is in the query. */
export interface Place {
  readonly page: PageName;
  readonly name?: string;
  readonly tab?: string;
}

export type Query = Readonly<Record<string, string | null | undefined>>;

/** The place of a location's path, its parts decoded; null where there is no such page. */
export function placeOf(pathname: string, base = BASE): Place | null {
  const parts = pathname.slice(base.length).split('/').filter(Boolean).map(decoded);
  if (parts.includes(null)) return null;
  for (const [page, pattern] of Object.entries(PATHS) as [PageName, string][]) {
    const place = matched(page, pattern.split('/').filter(Boolean), parts as string[]);
    if (place !== null) return place;
  }
  return null;
}

function matched(page: PageName, pattern: readonly string[], parts: readonly string[]): Place | null {
  if (parts.length > pattern.length) return null;
  const found: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index];
    if (part === undefined) {
      if (!wanted.endsWith('?')) return null;
    } else if (wanted.startsWith(':')) found[wanted.replace(/[:?]/g, '')] = part;
    else if (wanted !== part) return null;
  }
  return { page, ...found };
}

/** The path of a place, with a query where one is given. */
export function pathOf(place: Place, query: Query = {}, base = BASE): string {
  const path = PATHS[place.page]
    .split('/')
    .map((part) => {
      if (part === ':name') return encodeURIComponent(place.name ?? '');
      if (part === ':tab?') return encodeURIComponent(place.tab ?? '');
      return part;
    })
    .join('/')
    .replace(/\/$/, '');
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value != null && value !== '') search.set(key, value);
  return `${base}${path}${search.size === 0 ? '' : `?${search}`}`;
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

const tellAll = () => window.dispatchEvent(new PopStateEvent('popstate'));

export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** Why a page should not be left now, or null. Asked before a link inside the UI is followed. */
let obstacle: (() => string | null) | null = null;

/** Has `ask` answer why the page should not be left; gives back how to end that. */
export function guardLeaving(ask: () => string | null): () => void {
  obstacle = ask;
  const before = (event: BeforeUnloadEvent) => {
    if (ask() !== null) event.preventDefault();
  };
  window.addEventListener('beforeunload', before);
  return () => {
    obstacle = null;
    window.removeEventListener('beforeunload', before);
  };
}

export function goTo(place: Place, query: Query = {}): void {
  const why = obstacle?.() ?? null;
  if (why !== null && !window.confirm(`${why} Leave anyway?`)) return;
  window.history.pushState(null, '', pathOf(place, query));
  tellAll();
  window.scrollTo(0, 0);
}

/** One value of the query, so that a link to the page shows the same; setting it replaces the entry in the history. */
export function useInQuery(key: string, otherwise = ''): readonly [string, (value: string) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => new URLSearchParams(window.location.search).get(key) ?? otherwise,
  );
  const set = useCallback(
    (next: string) => setInQuery({ [key]: next === otherwise ? null : next }),
    [key, otherwise],
  );
  return [value, set];
}

/** Sets several values of the query at once; null takes one away. */
export function setInQuery(values: Query, history: 'replace' | 'push' = 'replace'): void {
  const search = new URLSearchParams(window.location.search);
  for (const [key, value] of Object.entries(values)) {
    if (value == null || value === '') search.delete(key);
    else search.set(key, value);
  }
  const url = `${window.location.pathname}${search.size === 0 ? '' : `?${search}`}`;
  if (history === 'push') window.history.pushState(null, '', url);
  else window.history.replaceState(null, '', url);
  tellAll();
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: Place;
  readonly query?: Query;
}

/** A link inside the UI; modified clicks open it as the browser would. */
export function Link({ to, query = {}, onClick: also, ...rest }: LinkProps) {
  const onClick = (event: MouseEvent<HTMLAnchorElement>) => {
    also?.(event);
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to, query);
  };
  return <a {...rest} href={pathOf(to, query)} onClick={onClick} />;
}
