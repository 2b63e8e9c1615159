import type { ReactNode } from 'react';
import { Link, type Place, type Query } from '../router.tsx';

interface PageHeadProps {
  readonly crumb?: { readonly to: Place; readonly label: string };
  readonly title: string;
  /** State and facts, beside the title. */
  readonly children?: ReactNode;
  /** At the right: at most one is primary. */
  readonly acts?: ReactNode;
}

/** Breadcrumb and title, state and facts, acts; stays in sight. */
export function PageHead({ crumb, title, children, acts }: PageHeadProps) {
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
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ id, title, count, wrong = false }) => (
        <Link key={id} to={placeOf(id)} query={query} aria-current={id === current ? 'page' : undefined}>
          {title}
          {count === undefined ? null : <span className={`count ${wrong ? 'wrong' : ''}`}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
