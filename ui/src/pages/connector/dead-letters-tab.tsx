import { type DeadLetterPage, listDeadLetters } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ExportButton } from '../../components/export-button.tsx';
import { InlineValue } from '../../components/json-text.tsx';
import { Ago } from '../../components/moment.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { exact } from '../../format/numbers.ts';
import { Link, setInQuery, useInQuery } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';
import { DeadLetterDrawer, timesBefore } from './dead-letter-drawer.tsx';
import { RedriveDialog, type RedriveOf } from './redrive-dialog.tsx';
import { RedriveRuns } from './redrive-runs.tsx';

type Cause = DeadLetterPage['causes'][number];
export type DeadLetter = DeadLetterPage['letters'][number];

const LIMIT = 100;
/** Has causes and places kept in headers. */
const HEADERS = 'errors.deadletterqueue.context.headers.enable';

const letterId = ({ partition, offset }: DeadLetter) => `${partition}/${offset}`;

/** Dead letters by their causes; looked at, and sent again. */
export function DeadLettersTab({ pipeline, info }: ConnectorParts) {
  const [cause] = useInQuery('cause');
  const [open, setOpen] = useInQuery('letter');
  const [redrive, setRedrive] = useState<RedriveOf | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [turn, setTurn] = useState(0);
  const { name } = pipeline;
  const { data, error } = useLoaded(
    `dead letters of ${name} ${cause}`,
    (signal) =>
      call(listDeadLetters, {
        params: { connector: name },
        query: { limit: LIMIT, ...(cause === '' ? {} : { cause }) },
        signal,
      }),
    5_000,
    String(turn),
  );
  const keepsNone = info.data !== null && !info.data.config['errors.deadletterqueue.topic.name'];
  if (data === null) {
    if (error === null) return <p className="quiet">Loading…</p>;
    return keepsNone ? <NoQueue name={name} /> : <Failure error={error} />;
  }
  if (keepsNone && data.letters.length === 0) return <NoQueue name={name} />;
  if (data.causes.length === 0 && cause === '') {
    return (
      <Notice title="No dead letters">
        <p className="quiet">
          Records that cannot be processed land in{' '}
          <Link to={{ page: 'topic', name: data.topic }}>{data.topic}</Link> and are listed here by cause.
        </p>
      </Notice>
    );
  }
  const letter = data.letters.find((one) => letterId(one) === open);
  const picked = data.letters.filter((one) => chosen.has(letterId(one)));
  return (
    <>
      <RedriveRuns name={name} turn={turn} />
      {info.data === null || info.data.config[HEADERS] === 'true' ? null : <NoCauses name={name} />}
      <CauseTable data={data} cause={cause} onRedrive={setRedrive} />
      <div className="tools">
        <h2>{cause === '' ? 'Newest' : 'Of this cause'}</h2>
        {cause === '' ? null : (
          <button type="button" onClick={() => setInQuery({ cause: null })}>
            All causes
          </button>
        )}
        <span className="quiet">
          of {exact(data.scanned)} looked at, in{' '}
          <Link to={{ page: 'topic', name: data.topic }}>{data.topic}</Link>
        </span>
        <span className="end acts">
          {picked.length === 0 ? null : (
            <button
              type="button"
              className="primary"
              onClick={() =>
                setRedrive({ letters: picked.map(({ partition, offset }) => ({ partition, offset })) })
              }
            >
              Send {picked.length} again…
            </button>
          )}
          <button type="button" onClick={() => setRedrive({ all: true })}>
            Send all again…
          </button>
          <ExportButton name={`${name} dead letters`} rows={() => data.letters.map(exported)} />
        </span>
      </div>
      <LetterTable letters={data.letters} chosen={chosen} open={open} onChoose={setChosen} onOpen={setOpen} />
      {letter === undefined ? null : (
        <DeadLetterDrawer
          letter={letter}
          config={info.data?.config ?? {}}
          onRedrive={() => setRedrive({ letters: [{ partition: letter.partition, offset: letter.offset }] })}
          onClose={() => setOpen('')}
        />
      )}
      {redrive === null ? null : (
        <RedriveDialog
          name={name}
          of={redrive}
          onDone={() => {
            setRedrive(null);
            setChosen(new Set());
            setTurn(turn + 1);
          }}
          onClose={() => setRedrive(null)}
        />
      )}
    </>
  );
}

/** Kafka Connect's default: records alone are kept. */
function NoCauses({ name }: { readonly name: string }) {
  return (
    <p className="quiet below">
      This connector keeps no causes and places with its dead letters, and without a place they cannot be sent
      again.{' '}
      <Link to={{ page: 'create' }} query={{ edit: name, focus: HEADERS }}>
        Have new ones keep them
      </Link>
    </p>
  );
}

function NoQueue({ name }: { readonly name: string }) {
  return (
    <Notice title="This connector keeps no dead letters">
      <p className="quiet">
        A record that cannot be processed fails the task. With <code>errors.tolerance=all</code> and a topic
        in <code>errors.deadletterqueue.topic.name</code>, such records land there instead, and can be sent
        again.
      </p>
      <Link
        className="button"
        to={{ page: 'create' }}
        query={{ edit: name, focus: 'errors.deadletterqueue.topic.name' }}
      >
        Set a topic for dead letters
      </Link>
    </Notice>
  );
}

const exported = (letter: DeadLetter) => ({
  partition: letter.partition,
  offset: letter.offset,
  timestamp: new Date(letter.timestamp).toISOString(),
  cause: letter.message ?? '',
  stage: letter.stage ?? '',
  origin:
    letter.origin === null ? '' : `${letter.origin.topic}/${letter.origin.partition}/${letter.origin.offset}`,
  redrives: letter.redrives,
  key: letter.key.text,
  value: letter.value.text,
});

interface CauseTableProps {
  readonly data: DeadLetterPage;
  readonly cause: string;
  readonly onRedrive: (of: RedriveOf) => void;
}

function CauseTable({ data, cause, onRedrive }: CauseTableProps) {
  const columns: readonly Column<Cause>[] = [
    {
      id: 'shape',
      title: 'Cause',
      cell: (one) => (
        <span title={one.hint ?? undefined}>
          <strong>{one.shape ?? 'unknown cause'}</strong>
          {one.stage === null ? null : <span className="quiet"> in stage {one.stage}</span>}
        </span>
      ),
    },
    {
      id: 'count',
      title: 'Records',
      width: '80px',
      align: 'end',
      by: ({ count }) => count,
      cell: ({ count }) => exact(count),
    },
    {
      id: 'first',
      title: 'First',
      width: '104px',
      by: ({ firstAtMs }) => firstAtMs,
      cell: ({ firstAtMs }) => <Ago atMs={firstAtMs} />,
    },
    {
      id: 'last',
      title: 'Last',
      width: '104px',
      by: ({ lastAtMs }) => lastAtMs,
      cell: ({ lastAtMs }) => <Ago atMs={lastAtMs} />,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '170px',
      cell: (one) => (
        <span className="row-end">
          <button
            type="button"
            className="plain"
            aria-pressed={cause === one.cause}
            onClick={() => setInQuery({ cause: one.cause })}
          >
            Look
          </button>
          <button type="button" className="plain" onClick={() => onRedrive({ cause: one.cause })}>
            Send again…
          </button>
        </span>
      ),
    },
  ];
  return (
    <section>
      <h2>Causes</h2>
      <DataTable
        label="Causes"
        columns={columns}
        rows={data.causes}
        keyOf={(one) => one.cause}
        orderIn="causes"
        classOf={(one) => (one.cause === cause ? 'chosen' : '')}
      />
    </section>
  );
}

interface LetterTableProps {
  readonly letters: readonly DeadLetter[];
  readonly chosen: ReadonlySet<string>;
  readonly open: string;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly onOpen: (id: string) => void;
}

function LetterTable({ letters, chosen, open, onChoose, onOpen }: LetterTableProps) {
  const turn = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  const columns: readonly Column<DeadLetter>[] = [
    {
      id: 'chosen',
      title: 'Chosen',
      titleUnseen: true,
      width: '40px',
      cell: (letter) => (
        <input
          type="checkbox"
          aria-label={`Choose ${letterId(letter)}`}
          checked={chosen.has(letterId(letter))}
          onClick={(event) => event.stopPropagation()}
          onChange={() => turn(letterId(letter))}
        />
      ),
    },
    { id: 'time', title: 'When', width: '96px', cell: ({ timestamp }) => <Ago atMs={timestamp} /> },
    {
      id: 'origin',
      title: 'Where from',
      width: '210px',
      cell: ({ origin }) =>
        origin === null ? (
          <span className="faint">unknown</span>
        ) : (
          <span className="mono">{`${origin.topic} ${origin.partition}/${origin.offset}`}</span>
        ),
    },
    {
      id: 'message',
      title: 'Why',
      cell: ({ message }) => <span title={message ?? undefined}>{message}</span>,
    },
    {
      id: 'value',
      title: 'Value',
      width: '30%',
      spare: true,
      cell: ({ value }) => (
        <span className="mono">
          <InlineValue value={value} />
        </span>
      ),
    },
    {
      id: 'again',
      title: 'Sent again',
      width: '120px',
      cell: ({ redriven, redrives }) =>
        redriven ? 'yes' : redrives > 0 ? timesBefore(redrives) : <span className="faint">no</span>,
    },
  ];
  return (
    <DataTable
      label="Dead letters"
      columns={columns}
      rows={letters}
      keyOf={letterId}
      selected={open === '' ? null : open}
      onOpen={(letter) => onOpen(letterId(letter))}
      dense
    />
  );
}
