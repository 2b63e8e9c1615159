import { getTopicConfigs, patchTopicConfigs } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { CodeWords } from '../../components/code-words.tsx';
import { ConfigEntries, type ConfigEntry } from '../../components/config-entries.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Failure } from '../../components/notice.tsx';

/** The configs of a topic: what is set on it first; changed one by one. */
export function TopicConfigTab({ name }: { readonly name: string }) {
  const [turn, setTurn] = useState(0);
  const [editing, setEditing] = useState<ConfigEntry | null>(null);
  const { data, error } = useLoaded(
    `configs of topic ${name}`,
    (signal) => call(getTopicConfigs, { params: { topic: name }, signal }),
    15_000,
    String(turn),
  );
  if (data === null && error !== null) return <Failure error={error} />;
  const done = () => {
    setEditing(null);
    setTurn(turn + 1);
  };
  return (
    <>
      <ConfigEntries entries={data} onEdit={setEditing} />
      {editing === null ? null : (
        <EditConfig name={name} entry={editing} onDone={done} onClose={() => setEditing(null)} />
      )}
    </>
  );
}

function EditConfig(props: {
  readonly name: string;
  readonly entry: ConfigEntry;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { name, entry, onDone, onClose } = props;
  const [value, setValue] = useState(entry.value ?? '');
  const [back, setBack] = useState(false);
  const asked = ask(patchTopicConfigs, {
    params: { topic: name },
    body: { configs: { [entry.name]: back ? null : value } },
  });
  return (
    <ConfirmDialog
      title={entry.name}
      act={back ? 'Back to the default' : 'Set it'}
      asked={asked}
      disabled={!back && value === (entry.value ?? '') ? 'Nothing is different' : null}
      onDone={onDone}
      onClose={onClose}
    >
      {entry.documentation === null ? null : (
        <p className="quiet">
          <CodeWords text={entry.documentation} />
        </p>
      )}
      <label className="field">
        <span>Value{entry.type === null ? '' : `, ${entry.type.toLowerCase()}`}</span>
        <input
          type="text"
          className="mono"
          value={value}
          disabled={back}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      {entry.overridden ? (
        <label className="check">
          <input type="checkbox" checked={back} onChange={(event) => setBack(event.target.checked)} />
          Back to the default
        </label>
      ) : null}
    </ConfirmDialog>
  );
}
