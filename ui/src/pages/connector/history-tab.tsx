import { type ConfigVersion, getConfigHistory, restoreConfig } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { ConfigDiff, changesBetween } from '../../components/config-diff.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Ago } from '../../components/moment.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { counted } from '../../format/numbers.ts';
import { setInQuery, useInQuery } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

const WHAT: Readonly<Record<ConfigVersion['what'], string>> = {
  create: 'created',
  update: 'changed',
  found: 'found as it was',
  restore: 'taken back',
  delete: 'deleted',
};

/** The configs that the connector had: what changed, between any two, and the way back. */
export function HistoryTab({ pipeline }: ConnectorParts) {
  const [turn, setTurn] = useState(0);
  const [restoring, setRestoring] = useState<ConfigVersion | null>(null);
  const { name } = pipeline;
  const { data, error } = useLoaded(
    `config history of ${name}`,
    (signal) => call(getConfigHistory, { params: { connector: name }, signal }),
    10_000,
    String(turn),
  );
  const [from] = useInQuery('from');
  const [to] = useInQuery('to');
  if (data === null) return error === null ? <p className="quiet">Loading…</p> : <Failure error={error} />;
  if (data.versions.length === 0) return <Notice title="No history is kept yet" />;
  const find = (version: string) => data.versions.find((one) => String(one.version) === version);
  const newer = find(to) ?? data.versions[0];
  const older = find(from) ?? data.versions.find((one) => newer !== undefined && one.version < newer.version);
  return (
    <div className="columns history">
      <section>
        <h2>Versions</h2>
        <DataTable
          label="Versions of the config"
          columns={columnsOf(newer, setRestoring)}
          rows={data.versions}
          keyOf={({ version }) => String(version)}
          selected={newer === undefined ? null : String(newer.version)}
          onOpen={({ version }) => setInQuery({ to: String(version), from: null })}
        />
      </section>
      <section>
        <h2>{`From ${older === undefined ? 'nothing' : `version ${older.version}`} to version ${newer?.version}`}</h2>
        <div className="tools">
          <VersionChoice label="From" name="from" versions={data.versions} current={older} />
          <VersionChoice label="To" name="to" versions={data.versions} current={newer} />
        </div>
        <ConfigDiff changes={changesBetween(older?.config ?? {}, newer?.config ?? {})} />
      </section>
      {restoring === null ? null : (
        <ConfirmDialog
          title={`Take ${name} back to version ${restoring.version}?`}
          act={`Take it back to version ${restoring.version}`}
          wide
          asked={ask(restoreConfig, { params: { connector: name, version: String(restoring.version) } })}
          onDone={() => {
            setRestoring(null);
            setTurn(turn + 1);
          }}
          onClose={() => setRestoring(null)}
        >
          <p>This changes what is stored now as follows, and tasks whose config differs restart.</p>
          <ConfigDiff
            changes={changesBetween(
              data.versions.find(({ current }) => current)?.config ?? {},
              restoring.config,
            )}
          />
        </ConfirmDialog>
      )}
    </div>
  );
}

function columnsOf(
  shown: ConfigVersion | undefined,
  restore: (version: ConfigVersion) => void,
): readonly Column<ConfigVersion>[] {
  return [
    {
      id: 'version',
      title: 'Version',
      width: '70px',
      cell: (one) => <span className={one === shown ? 'strong' : undefined}>{one.version}</span>,
    },
    { id: 'when', title: 'When', width: '100px', cell: ({ atMs }) => <Ago atMs={atMs} /> },
    {
      id: 'what',
      title: 'What',
      cell: (one) => (
        <span>
          {WHAT[one.what]}
          {one.restored === undefined ? '' : ` to version ${one.restored}`}
          <span className="quiet">
            {one.what === 'update' ? `: ${one.changes.map(({ key }) => key).join(', ') || 'nothing'}` : ''}
            {one.what === 'create' ? ` with ${counted(Object.keys(one.config).length, 'key')}` : ''}
          </span>
        </span>
      ),
    },
    {
      id: 'by',
      title: 'By',
      width: '110px',
      cell: ({ by }) => <span className="quiet">{by === 'ANONYMOUS' ? '–' : by}</span>,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '90px',
      cell: (one) =>
        one.current ? (
          <span className="quiet">current</span>
        ) : one.what === 'delete' ? null : (
          <button
            type="button"
            className="plain"
            onClick={(event) => {
              event.stopPropagation();
              restore(one);
            }}
          >
            Restore…
          </button>
        ),
    },
  ];
}

function VersionChoice(props: {
  readonly label: string;
  readonly name: 'from' | 'to';
  readonly versions: readonly ConfigVersion[];
  readonly current: ConfigVersion | undefined;
}) {
  return (
    <label className="choice">
      <span>{props.label}</span>
      <select
        value={props.current?.version ?? ''}
        onChange={(event) => setInQuery({ [props.name]: event.target.value })}
      >
        {props.current === undefined ? <option value="">nothing</option> : null}
        {props.versions.map(({ version }) => (
          <option key={version} value={version}>
            version {version}
          </option>
        ))}
      </select>
    </label>
  );
}
