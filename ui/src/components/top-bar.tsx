import { useState } from 'react';
import type { LiveState } from '../api/live-state.ts';
import { Link, type Page } from '../router.tsx';
import { applyTheme, storedTheme, themeAfter } from '../theme.ts';
import { StateIcon, ThemeIcon, WavesIcon } from './icons.tsx';

export function TopBar({ page, live }: { readonly page: Page; readonly live: LiveState }) {
  const onPipelines = page.name === 'pipelines' || page.name === 'connector';
  const onTopics = page.name === 'topics' || page.name === 'topic';
  return (
    <header className="bar">
      <Link to={{ name: 'pipelines' }} className="brand">
        <WavesIcon />
        Millrace
      </Link>
      <nav aria-label="Pages">
        <Link to={{ name: 'pipelines' }} aria-current={onPipelines ? 'page' : undefined}>
          Pipelines
        </Link>
        <Link to={{ name: 'topics' }} aria-current={onTopics ? 'page' : undefined}>
          Topics
        </Link>
      </nav>
      <div className="bar-end">
        <Connection live={live} />
        <a href="/api/docs" className="small quiet">
          API
        </a>
        <ThemeButton />
      </div>
    </header>
  );
}

function Connection({ live }: { readonly live: LiveState }) {
  const up = live.connection === 'live';
  return (
    <span className={`connection state ${up ? 'running' : 'starting'}`}>
      <StateIcon state={up ? 'RUNNING' : 'UNASSIGNED'} size={12} />
      {up ? 'live' : live.connection === 'lost' ? 'reconnecting' : 'connecting'}
    </span>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = themeAfter(theme);
  const turn = () => {
    applyTheme(next);
    setTheme(next);
  };
  const label = `Colours: ${theme}. Change to ${next}.`;
  return (
    <button type="button" className="plain icon" onClick={turn} title={label} aria-label={label}>
      <ThemeIcon theme={theme} />
    </button>
  );
}
