import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { useLive } from '../api/live.ts';
import { BulkActs } from '../components/bulk-acts.tsx';
import { ConnectorTable } from '../components/connector-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { ExportButton } from '../components/export-button.tsx';
import { Choice, FilterField } from '../components/filter-field.tsx';
import { Notice } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { counted, exact } from '../format/numbers.ts';
import { matches, needsALook, pluginWord, sorted, stateCounts, stateWord } from '../format/pipelines.ts';
import { Link, setInQuery, useInQuery } from '../router.tsx';

/** All connectors: found, ordered, and acted on together. */
export default function ConnectorsPage() {
  const { pipelines } = useLive();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [filter] = useInQuery('filter');
  const [state] = useInQuery('state');
  const [type] = useInQuery('type');
  const [plugin] = useInQuery('plugin');
  const [worker] = useInQuery('worker');
  const all = pipelines === null ? null : sorted(pipelines.values());
  const fits = (pipeline: PipelineWithHistory) =>
    (state === '' || pipeline.state === state || (state === 'wrong' && needsALook(pipeline))) &&
    (type === '' || pipeline.type === type) &&
    (plugin === '' || pluginWord(pipeline.class) === plugin) &&
    (worker === '' || pipeline.workers.includes(worker)) &&
    matches(pipeline, filter);
  const shown = all?.filter(fits) ?? null;
  const picked = (all ?? []).filter(({ name }) => chosen.has(name));
  if (all?.length === 0) return <NoConnectors />;
  return (
    <>
      <PageHead
        title="Connectors"
        acts={
          <Link className="button primary" to={{ page: 'create' }}>
            Create a connector
          </Link>
        }
      >
        {all === null ? null : <span>{counted(all.length, 'connector')}</span>}
        {all === null || shown === null || shown.length === all.length ? null : (
          <span>{exact(shown.length)} shown</span>
        )}
      </PageHead>
      <Tools all={all ?? []} shown={shown ?? []} />
      {picked.length === 0 ? null : <BulkActs pipelines={picked} onClear={() => setChosen(new Set())} />}
      <div className="live">
        <ConnectorTable
          label="Connectors"
          pipelines={shown}
          before={chooser(shown ?? [], chosen, setChosen)}
        />
      </div>
      {shown?.length === 0 ? <NoneShown /> : null}
    </>
  );
}

function Tools(props: {
  readonly all: readonly PipelineWithHistory[];
  readonly shown: readonly PipelineWithHistory[];
}) {
  const { all, shown } = props;
  const options = (values: readonly string[]) =>
    [...new Set(values)].sort().map((value) => ({ value, title: value }));
  const states = stateCounts(all).map(({ state, count }) => ({
    value: state,
    title: `${stateWord(state)} (${count})`,
  }));
  return (
    <div className="tools">
      <FilterField label="Filter connectors" placeholder="Filter: name, plugin, topic  /" />
      <Choice label="State" name="state" options={[{ value: 'wrong', title: 'wrong' }, ...states]} />
      <Choice label="Type" name="type" options={options(['source', 'sink'])} />
      <Choice label="Plugin" name="plugin" options={options(all.map((one) => pluginWord(one.class)))} />
      <Choice label="Worker" name="worker" options={options(all.flatMap(({ workers }) => workers))} />
      <span className="end">
        <ExportButton name="connectors" rows={() => shown.map(exported)} />
      </span>
    </div>
  );
}

const exported = (pipeline: PipelineWithHistory) => ({
  name: pipeline.name,
  type: pipeline.type,
  class: pipeline.class,
  state: pipeline.state,
  error: pipeline.error?.message ?? '',
  tasks: pipeline.tasks.total,
  failedTasks: pipeline.tasks.failed.length,
  records: pipeline.records,
  errors: pipeline.errors,
  recordsPerSecond: pipeline.recordsPerSecond ?? '',
  topics: pipeline.topics.join(' '),
});

function chooser(
  shown: readonly PipelineWithHistory[],
  chosen: ReadonlySet<string>,
  onChoose: (names: ReadonlySet<string>) => void,
): Column<PipelineWithHistory> {
  const turn = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChoose(next);
  };
  const all = shown.length > 0 && shown.every(({ name }) => chosen.has(name));
  return {
    id: 'chosen',
    title: 'Chosen',
    width: '40px',
    head: (
      <input
        type="checkbox"
        aria-label="Choose all that are shown"
        checked={all}
        onChange={() => onChoose(all ? new Set() : new Set(shown.map(({ name }) => name)))}
      />
    ),
    cell: ({ name }) => (
      <input
        type="checkbox"
        aria-label={`Choose ${name}`}
        checked={chosen.has(name)}
        onChange={() => turn(name)}
      />
    ),
  };
}

function NoConnectors() {
  return (
    <>
      <PageHead title="Connectors" />
      <Notice title="No connectors yet" picture={<PipelinePicture />}>
        <p className="quiet">Choose a system to read from or to write to; the form comes from its plugin.</p>
        <Link className="button primary" to={{ page: 'create' }}>
          Create a connector
        </Link>
      </Notice>
    </>
  );
}

function NoneShown() {
  return (
    <Notice title="No connector matches">
      <button
        type="button"
        onClick={() => setInQuery({ filter: null, state: null, type: null, plugin: null, worker: null })}
      >
        Clear the filters
      </button>
    </Notice>
  );
}
