import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useLive } from './api/live.ts';
import { isAway } from './api/live-state.ts';
import { CommandPalette } from './components/command-palette.tsx';
import { ConnectionBar } from './components/connection-bar.tsx';
import { PageFailure } from './components/page-failure.tsx';
import { TopBar } from './components/top-bar.tsx';
import { readIn } from './format/times.ts';
import { useKeys } from './keys.ts';
import { pageCode } from './page-code.ts';
import { HomePage } from './pages/home.tsx';
import { UnknownPage } from './pages/unknown.tsx';
import { type PageName, type Place, placeOf, usePathname } from './router.tsx';
import { useSettings } from './settings.ts';

/** Pages beside the first come when they are asked for. */
const pages = {
  pipelines: lazy(() => pageCode(() => import('./pages/pipelines.tsx'))),
  connectors: lazy(() => pageCode(() => import('./pages/connectors.tsx'))),
  create: lazy(() => pageCode(() => import('./pages/create/create.tsx'))),
  connector: lazy(() => pageCode(() => import('./pages/connector/connector.tsx'))),
  topics: lazy(() => pageCode(() => import('./pages/topics.tsx'))),
  topic: lazy(() => pageCode(() => import('./pages/topic/topic.tsx'))),
  groups: lazy(() => pageCode(() => import('./pages/groups.tsx'))),
  group: lazy(() => pageCode(() => import('./pages/group.tsx'))),
  'share-group': lazy(() => pageCode(() => import('./pages/share-group.tsx'))),
  plugins: lazy(() => pageCode(() => import('./pages/plugins.tsx'))),
  plugin: lazy(() => pageCode(() => import('./pages/plugin.tsx'))),
  cluster: lazy(() => pageCode(() => import('./pages/cluster.tsx'))),
} as const;

const TITLES: Readonly<Record<PageName, string>> = {
  home: 'Home',
  pipelines: 'Pipelines',
  connectors: 'Connectors',
  create: 'New connector',
  connector: 'Connector',
  topics: 'Topics',
  topic: 'Topic',
  groups: 'Groups',
  group: 'Group',
  'share-group': 'Share group',
  plugins: 'Plugins',
  plugin: 'Plugin',
  cluster: 'Cluster',
};

export function App() {
  const pathname = usePathname();
  const place = placeOf(pathname);
  const live = useLive();
  const { time } = useSettings();
  readIn({ utc: time === 'UTC' });
  useKeys();
  const title = place === null ? 'Not found' : (place.name ?? TITLES[place.page]);
  useEffect(() => {
    document.title = `${title} · Millrace`;
  }, [title]);
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <TopBar place={place} />
      <ConnectionBar live={live} />
      <main id="page" tabIndex={-1} className={isAway(live) ? 'dim' : undefined}>
        {/* A change of the zone draws all moments anew. */}
        <PageFailure key={`${pathname} ${time}`}>
          <Suspense fallback={<p className="quiet loading">Loading…</p>}>{pageOf(place)}</Suspense>
        </PageFailure>
      </main>
      <CommandPalette place={place} />
    </>
  );
}

function pageOf(place: Place | null): ReactNode {
  if (place === null) return <UnknownPage />;
  const name = place.name ?? '';
  const tab = place.tab ?? '';
  if (place.page === 'home') return <HomePage />;
  const Page = pages[place.page];
  return <Page key={name} name={name} tab={tab} />;
}
