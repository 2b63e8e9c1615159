import { listTopics, type PipelineWithHistory } from '@millrace/rest-api/contract';
import { actsFor } from '../api/acts.ts';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { sorted, stateWord } from '../format/pipelines.ts';
import type { Place, Query } from '../router.tsx';
import { turn } from '../settings.ts';

interface FindingTo {
  readonly kind: string;
  readonly title: string;
  readonly note?: string;
  readonly to: Place;
  readonly query?: Query;
}

interface FindingAct {
  readonly kind: string;
  readonly title: string;
  readonly note?: string;
  readonly act: () => void;
}

/** Something that the palette offers: a place to go to, or something to do. */
export type Finding = FindingTo | FindingAct;

const FINDINGS_MAX = 60;

const PAGES: readonly FindingTo[] = [
  { kind: 'Page', title: 'Home', to: { page: 'home' } },
  { kind: 'Page', title: 'Pipelines', to: { page: 'pipelines' } },
  { kind: 'Page', title: 'Connectors', to: { page: 'connectors' } },
  { kind: 'Page', title: 'Topics', to: { page: 'topics' } },
  { kind: 'Page', title: 'Consumer groups', to: { page: 'groups' } },
  { kind: 'Page', title: 'Share groups', to: { page: 'groups' }, query: { kind: 'share' } },
  { kind: 'Page', title: 'Plugins', to: { page: 'plugins' } },
  { kind: 'Page', title: 'Brokers', to: { page: 'cluster' } },
  { kind: 'Page', title: 'Workers', to: { page: 'cluster', tab: 'workers' } },
  { kind: 'Page', title: 'Log levels', to: { page: 'cluster', tab: 'loggers' } },
];

const DOINGS: readonly Finding[] = [
  { kind: 'Do', title: 'Create a connector', to: { page: 'create' } },
  { kind: 'Do', title: 'Create a topic', to: { page: 'topics' }, query: { do: 'create' } },
  { kind: 'View', title: 'Change the colours', act: () => turn('theme') },
  { kind: 'View', title: 'Times local or UTC', act: () => turn('time') },
  { kind: 'View', title: 'Rows normal or dense', act: () => turn('density') },
  { kind: 'View', title: 'Show the keys', note: '?', act: () => press('?') },
];

function press(key: string): void {
  // Once the palette has gone.
  setTimeout(() => window.dispatchEvent(new KeyboardEvent('keydown', { key })), 50);
}

/** Names of the topics, read once while the palette is open. */
export function usePaletteTopics(): readonly string[] {
  const { data } = useLoaded(
    'palette topics',
    (signal) => call(listTopics, { query: { limit: 5_000 }, signal }),
    null,
  );
  return data?.items.map(({ name }) => name) ?? [];
}

/** What fits the text, the best first. */
export function findingsOf(
  text: string,
  place: Place | null,
  pipelines: ReadonlyMap<string, PipelineWithHistory> | null,
  topics: readonly string[],
): readonly Finding[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const here = place?.page === 'connector' ? pipelines?.get(place.name ?? '') : undefined;
  const all: Finding[] = [
    ...(here === undefined ? [] : doingsOf(here)),
    ...PAGES,
    ...DOINGS,
    ...sorted(pipelines?.values() ?? []).map(
      (pipeline): Finding => ({
        kind: 'Connector',
        title: pipeline.name,
        note: stateWord(pipeline.state),
        to: { page: 'connector', name: pipeline.name },
      }),
    ),
    ...topics.map((name): Finding => ({ kind: 'Topic', title: name, to: { page: 'topic', name } })),
  ];
  const fitting = all.filter((finding) => {
    const words1 = `${finding.kind} ${finding.title} ${finding.note ?? ''}`.toLowerCase();
    return words.every((word) => words1.includes(word));
  });
  const first = words[0];
  if (first === undefined) return fitting.slice(0, FINDINGS_MAX);
  const rank = (finding: Finding) => (finding.title.toLowerCase().startsWith(first) ? 0 : 1);
  return fitting.toSorted((a, b) => rank(a) - rank(b)).slice(0, FINDINGS_MAX);
}

/** What can be done to the connector whose page is open. Its outcome shows on that page. */
function doingsOf(pipeline: PipelineWithHistory): readonly Finding[] {
  return [
    ...actsFor(pipeline).map(
      (act): Finding => ({
        kind: 'Do',
        title: `${act.label} ${pipeline.name}`,
        act: () => clickAct(act.label, pipeline.name),
      }),
    ),
    {
      kind: 'Do',
      title: `Change the config of ${pipeline.name}`,
      to: { page: 'create' },
      query: { edit: pipeline.name },
    },
  ];
}

/** The button itself does it, so that its outcome is shown where all outcomes are. */
function clickAct(label: string, name: string): void {
  setTimeout(() => {
    document
      .querySelector<HTMLButtonElement>(`button[aria-label="${CSS.escape(`${label} ${name}`)}"]`)
      ?.click();
  }, 50);
}
