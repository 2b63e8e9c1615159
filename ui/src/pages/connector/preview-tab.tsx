import { type Preview, runPreview } from '@millrace/rest-api/contract';
import { useCallback, useEffect, useState } from 'react';
import { ask } from '../../api/ask.ts';
import { type Explained, explain } from '../../api/client.ts';
import { AsCommand } from '../../components/as-command.tsx';
import { BusyIcon } from '../../components/icons.tsx';
import { Failure } from '../../components/notice.tsx';
import { PreviewView } from '../../components/preview-view.tsx';
import type { ConnectorParts } from './connector-parts.ts';

const RECORDS = 10;

/** What the connector does to real records, step by step; nothing is written by it. */
export function PreviewTab({ pipeline }: ConnectorParts) {
  const [state, setState] = useState<{ data: Preview | null; error: Explained | null; busy: boolean }>({
    data: null,
    error: null,
    busy: false,
  });
  const asked = ask(runPreview, { body: { name: pipeline.name, limit: RECORDS } });
  const { name } = pipeline;
  const look = useCallback(() => {
    setState((before) => ({ ...before, busy: true }));
    ask(runPreview, { body: { name, limit: RECORDS } })
      .run()
      .then(
        (data) => setState({ data, error: null, busy: false }),
        (error: unknown) => setState((before) => ({ ...before, error: explain(error), busy: false })),
      );
  }, [name]);
  useEffect(look, [look]);
  return (
    <>
      <div className="tools">
        <button type="button" onClick={look} disabled={state.busy}>
          {state.busy ? <BusyIcon /> : null}
          Look again
        </button>
        <span className="quiet">
          Real records through the stored config. Nothing is written, no offset moves.
        </span>
        <span className="end">
          <AsCommand acts={[{ label: 'Preview', asked }]} />
        </span>
      </div>
      {state.error === null ? null : <Failure error={state.error} />}
      {state.data === null ? null : <PreviewView preview={state.data} />}
      {state.data === null && state.busy ? <p className="quiet">Reading records…</p> : null}
    </>
  );
}
