import { Menu } from '@base-ui/react/menu';
import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLive } from '../api/live.ts';
import { API_PREFIX } from '../base-path.ts';
import { FIND_KEY } from '../keys.ts';
import { Link, type PageName, type Place } from '../router.tsx';
import { choicesOf, choose, type Setting, useSettings } from '../settings.ts';
import { useClusterHealth } from './cluster-health.ts';
import { openPalette } from './command-palette.tsx';
import { StateIcon, ThemeIcon, WavesIcon } from './icons.tsx';
import { KeysHelp } from './keys-help.tsx';
import { useCurrentInSight } from './page-head.tsx';

const NAV: readonly { readonly to: PageName; readonly title: string; readonly also: readonly PageName[] }[] =
  [
    { to: 'home', title: 'Home', also: [] },
    { to: 'pipelines', title: 'Pipelines', also: [] },
    { to: 'connectors', title: 'Connectors', also: ['connector', 'create'] },
    { to: 'topics', title: 'Topics', also: ['topic'] },
    { to: 'groups', title: 'Groups', also: ['group', 'share-group'] },
    { to: 'plugins', title: 'Plugins', also: ['plugin'] },
    { to: 'cluster', title: 'Cluster', also: [] },
  ];

export function TopBar({ place }: { readonly place: Place | null }) {
  const pages = useRef<HTMLElement>(null);
  useCurrentInSight(pages, place?.page ?? '');
  return (
    <header className="bar">
      <Link to={{ page: 'home' }} className="brand" aria-label="Millrace, home">
        <WavesIcon />
        <span>Millrace</span>
      </Link>
      <nav ref={pages} aria-label="Pages">
        {NAV.map(({ to, title, also }) => (
          <Link
            key={to}
            to={{ page: to }}
            aria-current={
              place !== null && (place.page === to || also.includes(place.page)) ? 'page' : undefined
            }
          >
            {title}
          </Link>
        ))}
      </nav>
      <div className="bar-end">
        <button type="button" className="find" onClick={openPalette}>
          <Search size={14} aria-hidden="true" />
          <span>Find</span>
          <kbd>{FIND_KEY}</kbd>
        </button>
        <Health />
        <ViewMenu />
      </div>
    </header>
  );
}

/** Brokers and workers that are up; leads to the cluster. */
function Health() {
  const live = useLive();
  const health = useClusterHealth(live);
  const away = live.connection !== 'live';
  const word = away ? (live.connection === 'lost' ? 'reconnecting' : 'connecting') : health.text;
  const state = away ? 'starting' : health.well ? 'running' : 'degraded';
  return (
    <Link
      to={{ page: 'cluster' }}
      className={`connection state ${state}`}
      title={away ? undefined : health.sentence}
    >
      <StateIcon state={away ? 'UNASSIGNED' : health.well ? 'RUNNING' : 'DEGRADED'} size={13} />
      <span>{word}</span>
    </Link>
  );
}

const WORDS: Readonly<Record<Setting, string>> = { theme: 'Colours', time: 'Times', density: 'Rows' };

function ViewMenu() {
  const settings = useSettings();
  const [help, setHelp] = useState(false);
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className="plain icon" aria-label="View" title="View">
          <ThemeIcon theme={settings.theme} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="floating">
            <Menu.Popup className="popup menu">
              {(Object.keys(WORDS) as Setting[]).map((setting) => (
                <Menu.Group key={setting}>
                  <Menu.GroupLabel className="menu-label">{WORDS[setting]}</Menu.GroupLabel>
                  <Menu.RadioGroup
                    value={settings[setting]}
                    onValueChange={(value) => choose(setting, value as never)}
                  >
                    {choicesOf(setting).map((value) => (
                      <Menu.RadioItem key={value} value={value} className="menu-item" closeOnClick={false}>
                        <Menu.RadioItemIndicator className="menu-mark">✓</Menu.RadioItemIndicator>
                        {value}
                      </Menu.RadioItem>
                    ))}
                  </Menu.RadioGroup>
                </Menu.Group>
              ))}
              <Menu.Separator className="menu-line" />
              <Menu.Item className="menu-item" onClick={() => setHelp(true)}>
                Keys <kbd>?</kbd>
              </Menu.Item>
              <Menu.Item className="menu-item" render={<a href={`${API_PREFIX}/api/docs`}>API</a>} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <KeysHelp open={help} onOpen={setHelp} />
    </>
  );
}
