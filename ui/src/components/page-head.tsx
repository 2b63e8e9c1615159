import { type ReactNode, type RefObject, useCallback, useEffect, useRef } from 'react';
import { useKey } from '../keys.ts';
import { goTo, Link, type Place, type Query } from '../router.tsx';

interface PageHeadProps {
  readonly crumb?: { readonly to: Place; readonly label: string };
  readonly title: string;
  /** State and facts, beside the title. */
  readonly children?: ReactNode;
  /** At the right: at most one is primary. */
  readonly acts?: ReactNode;
}

/** Breadcrumb and title, state and facts, acts; stays in sight. `Esc` goes where the breadcrumb leads. */
export function PageHead({ crumb, title, children, acts }: PageHeadProps) {
  const up = useRef(crumb?.to);
  up.current = crumb?.to;
  useKey(
    'Escape',
    useCallback(() => up.current && goTo(up.current), []),
  );
  return (
    <div className="head">
      <h1>
        {crumb === undefined ? null : (
          <span className="crumb">
            <Link to={crumb.to}>{crumb.label}</Link> /{' '}
          </span>
        )}
        <span title={title}>{title}</span>
      </h1>
      <div className="facts">{children}</div>
      {acts === undefined ? null : <div className="head-acts">{acts}</div>}
    </div>
  );
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly title: string;
    readonly count?: number | string | undefined;
    readonly wrong?: boolean;
  }[];
  readonly current: string;
  readonly placeOf: (id: string) => Place;
  readonly query?: Query;
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ label, tabs, current, placeOf, query = {} }: TabsProps) {
  const row = useRef<HTMLElement>(null);
  useCurrentInSight(row, current);
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map(({ id, title, count, wrong = false }) => (
        <Link key={id} to={placeOf(id)} query={query} aria-current={id === current ? 'page' : undefined}>
          {title}
          {count === undefined ? null : <span className={`count ${wrong ? 'wrong' : ''}`}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** On a narrow screen a row of links is scrolled sideways: the one of the page that is shown is in sight. */
export function useCurrentInSight(row: RefObject<HTMLElement | null>, current: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what asks for another look.
  useEffect(() => {
    const { current: element } = row;
    const link = element?.querySelector<HTMLElement>('[aria-current]');
    if (element == null || link == null) return;
    element.scrollLeft = link.offsetLeft - (element.clientWidth - link.offsetWidth) / 2;
  }, [current]);
}
