import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useLive } from './api/live.ts';
import { CommandPalette } from './components/command-palette.tsx';
import { ConnectionBar } from './components/connection-bar.tsx';
import { PageFailure } from './components/page-failure.tsx';
import { TopBar } from './components/top-bar.tsx';
import { readIn } from './format/times.ts';
import { useKeys } from './keys.ts';
import { HomePage } from './pages/home.tsx';
import { UnknownPage } from './pages/unknown.tsx';
import { type PageName, type Place, placeOf, usePathname } from './router.tsx';
import { useSettings } from './settings.ts';

/** Pages beside the first come when they are asked for. */
const pages = {
  pipelines: lazy(() => import('./pages/pipelines.tsx')),
  connectors: lazy(() => import('./pages/connectors.tsx')),
  create: lazy(() => import('./pages/create/create.tsx')),
  connector: lazy(() => import('./pages/connector/connector.tsx')),
  topics: lazy(() => import('./pages/topics.tsx')),
  topic: lazy(() => import('./pages/topic/topic.tsx')),
  groups: lazy(() => import('./pages/groups.tsx')),
  group: lazy(() => import('./pages/group.tsx')),
  'share-group': lazy(() => import('./pages/share-group.tsx')),
  plugins: lazy(() => import('./pages/plugins.tsx')),
  plugin: lazy(() => import('./pages/plugin.tsx')),
  cluster: lazy(() => import('./pages/cluster.tsx')),
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
      <main id="page" tabIndex={-1} className={live.connection === 'lost' ? 'dim' : undefined}>
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
