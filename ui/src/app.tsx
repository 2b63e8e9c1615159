import { useEffect } from 'react';
import { useLive } from './api/live.ts';
import { ConnectionBar } from './components/connection-bar.tsx';
import { TopBar } from './components/top-bar.tsx';
import { useKeys } from './keys.ts';
import { ConnectorPage } from './pages/connector.tsx';
import { PipelinesPage } from './pages/pipelines.tsx';
import { TopicPage } from './pages/topic.tsx';
import { TopicsPage } from './pages/topics.tsx';
import { UnknownPage } from './pages/unknown.tsx';
import { type Page, usePage } from './router.tsx';

export function App() {
  const page = usePage();
  const live = useLive();
  useKeys();
  useEffect(() => {
    document.title = `${titleOf(page)} · Millrace`;
  }, [page]);
  return (
    <>
      <TopBar page={page} live={live} />
      <ConnectionBar live={live} />
      <main className={live.connection === 'lost' ? 'dim' : undefined}>
        <PageView page={page} />
      </main>
    </>
  );
}

function PageView({ page }: { page: Page }) {
  switch (page.name) {
    case 'pipelines':
      return <PipelinesPage />;
    case 'connector':
      return <ConnectorPage key={page.connector} name={page.connector} />;
    case 'topics':
      return <TopicsPage />;
    case 'topic':
      return <TopicPage key={page.topic} name={page.topic} />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function titleOf(page: Page): string {
  switch (page.name) {
    case 'pipelines':
      return 'Pipelines';
    case 'connector':
      return page.connector;
    case 'topics':
      return 'Topics';
    case 'topic':
      return page.topic;
    case 'unknown':
      return 'Not found';
  }
}
