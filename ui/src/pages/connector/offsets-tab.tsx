import {
  alterConnectorOffsets,
  getConnectorOffsets,
  type PipelineWithHistory,
  type ReplyBodyOf,
  resetConnectorOffsets,
} from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { Link } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

type Offsets = ReplyBodyOf<typeof getConnectorOffsets>['offsets'];
type Offset = Offsets[number];

/** Where the connector stands, by its own partitions; moved while it is stopped, and put back. */
export function OffsetsTab({ pipeline }: ConnectorParts) {
  const [turn, setTurn] = useState(0);
  const { data, error } = useLoaded(
    `offsets of ${pipeline.name}`,
    (signal) => call(getConnectorOffsets, { params: { connector: pipeline.name }, signal }),
    5_000,
    String(turn),
  );
  const [editing, setEditing] = useState<Offset | 'reset' | 'undo' | null>(null);
  const [undo, setUndo] = useState<{ what: string; offsets: Offsets } | null>(null);
  if (data === null) return error === null ? <p className="quiet">Loading…</p> : <Failure error={error} />;
  const stopped = pipeline.state === 'STOPPED';
  const done = (what: string) => {
    if (editing !== 'undo') setUndo({ what, offsets: data.offsets });
    else setUndo(null);
    setEditing(null);
    setTurn(turn + 1);
  };
  return (
    <>
      <div className="tools">
        <span className="quiet">
          {stopped
            ? 'The connector is stopped: its positions can be moved.'
            : 'To move a position, stop the connector first.'}
          {pipeline.type === 'sink' ? (
            <>
              {' '}
              Its consumer group is{' '}
              <Link to={{ page: 'group', name: `connect-${pipeline.name}` }}>connect-{pipeline.name}</Link>,
              where positions move by time, offset or number of records.
            </>
          ) : null}
        </span>
        <span className="end">
          <button
            type="button"
            disabled={!stopped || data.offsets.length === 0}
            title={stopped ? undefined : 'The connector is not stopped'}
            onClick={() => setEditing('reset')}
          >
            Back to the beginning…
          </button>
        </span>
      </div>
      {undo === null ? null : (
        <p className="done-box" role="status">
          {undo.what}{' '}
          <button type="button" className="plain" onClick={() => setEditing('undo')} disabled={!stopped}>
            Put back what was before
          </button>
        </p>
      )}
      {data.offsets.length === 0 ? (
        <Notice title="No position is stored">
          <p className="quiet">It starts from the beginning, or as its config says.</p>
        </Notice>
      ) : (
        <DataTable
          label="Positions"
          columns={columnsOf(stopped, setEditing)}
          rows={data.offsets}
          keyOf={({ partition }) => JSON.stringify(partition)}
        />
      )}
      <Dialogs
        pipeline={pipeline}
        editing={editing}
        undo={undo?.offsets ?? []}
        onDone={done}
        onClose={() => setEditing(null)}
      />
    </>
  );
}

function columnsOf(stopped: boolean, edit: (offset: Offset) => void): readonly Column<Offset>[] {
  return [
    {
      id: 'partition',
      title: 'Partition',
      by: ({ partition }) => JSON.stringify(partition),
      cell: ({ partition }) => <Position of={partition} />,
    },
    { id: 'offset', title: 'Offset', cell: ({ offset }) => <Position of={offset} /> },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '90px',
      cell: (offset) => (
        <button
          type="button"
          className="plain"
          disabled={!stopped}
          title={stopped ? undefined : 'The connector is not stopped'}
          onClick={() => edit(offset)}
        >
          Move…
        </button>
      ),
    },
  ];
}

/** A position as people read it: `orders, partition 3`, `lsn 0/1FDB870`. */
function Position({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  return (
    <span className="mono" title={JSON.stringify(of)}>
      {Object.entries(of).map(([key, value]) => (
        <span key={key} className="position-part">
          <span className="quiet">{key.replace(/^kafka_/, '')}</span>{' '}
          {typeof value === 'string' ? value : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}

interface DialogsProps {
  readonly pipeline: PipelineWithHistory;
  readonly editing: Offset | 'reset' | 'undo' | null;
  readonly undo: Offsets;
  readonly onDone: (what: string) => void;
  readonly onClose: () => void;
}

function Dialogs({ pipeline, editing, undo, onDone, onClose }: DialogsProps) {
  const params = { connector: pipeline.name };
  if (editing === null) return null;
  if (editing === 'undo') {
    return (
      <ConfirmDialog
        title="Put the positions back?"
        act="Put them back"
        asked={ask(alterConnectorOffsets, { params, body: { offsets: undo } })}
        onDone={({ message }) => onDone(message)}
        onClose={onClose}
      >
        <p>The positions that the connector had before are stored again.</p>
      </ConfirmDialog>
    );
  }
  if (editing === 'reset') {
    return (
      <ConfirmDialog
        title={`Take ${pipeline.name} back to the beginning?`}
        act="Forget the positions"
        danger
        asked={ask(resetConnectorOffsets, { params })}
        onDone={({ message }) => onDone(message)}
        onClose={onClose}
      >
        <p>
          {pipeline.type === 'sink'
            ? 'It reads its topics again from where it is configured to begin, and writes those records once more.'
            : 'It reads its source again, as it did when it was new: records come a second time.'}
        </p>
      </ConfirmDialog>
    );
  }
  return <MoveDialog pipeline={pipeline} offset={editing} onDone={onDone} onClose={onClose} />;
}

function MoveDialog(
  props: Pick<DialogsProps, 'pipeline' | 'onDone' | 'onClose'> & { readonly offset: Offset },
) {
  const { pipeline, offset, onDone, onClose } = props;
  const [text, setText] = useState(JSON.stringify(offset.offset, null, 2));
  const parsed = objectOf(text);
  const asked = ask(alterConnectorOffsets, {
    params: { connector: pipeline.name },
    body: { offsets: [{ partition: offset.partition, offset: parsed }] },
  });
  return (
    <ConfirmDialog
      title="Move a position"
      act="Store it"
      asked={asked}
      disabled={parsed === null ? 'This is no JSON object' : null}
      onDone={({ message }) => onDone(message)}
      onClose={onClose}
    >
      <p className="quiet">
        Partition <code>{JSON.stringify(offset.partition)}</code>. The plugin is asked whether it can begin
        there.
      </p>
      <label className="field">
        <span>Offset, as JSON</span>
        <textarea className="mono" rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
