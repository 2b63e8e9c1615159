import { createTopic, getTopic, getTopicConfigs } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../api/ask.ts';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { ConfirmDialog, Modal } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/notice.tsx';
import { counted } from '../format/numbers.ts';
import { span } from '../format/times.ts';
import { goTo } from '../router.tsx';

const POLICY = 'cleanup.policy';
const RETENTION = 'retention.ms';

/** What the form begins with. */
interface Beginning {
  readonly name: string;
  readonly partitions: string;
  /** Empty: the broker's default. */
  readonly replicas: string;
  readonly configs: Readonly<Record<string, string>>;
}

const NEW: Beginning = { name: '', partitions: '1', replicas: '', configs: {} };

interface CreateTopicProps {
  /** The topic that it is to be like; empty where it is like none. */
  readonly like: string;
  readonly onClose: () => void;
}

/** Makes a topic: anew, or with the partitions, replicas and configs of another. */
export function CreateTopic({ like, onClose }: CreateTopicProps) {
  if (like === '') return <TopicForm beginning={NEW} title="Create a topic" onClose={onClose} />;
  return <TopicLike key={like} like={like} onClose={onClose} />;
}

function TopicLike({ like, onClose }: CreateTopicProps) {
  const { data, error } = useLoaded(`topic like ${like}`, (signal) => beginningLike(like, signal), null);
  const title = `Create a topic like ${like}`;
  if (data !== null) return <TopicForm beginning={data} title={title} onClose={onClose} />;
  return (
    <Modal title={title} onClose={onClose}>
      {error === null ? <p className="quiet">Loading…</p> : <Failure error={error} />}
      <div className="dialog-acts">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Modal>
  );
}

/** @throws what the server refuses with */
async function beginningLike(topic: string, signal: AbortSignal): Promise<Beginning> {
  const params = { topic };
  const [{ partitions, replicationFactor }, entries] = await Promise.all([
    call(getTopic, { params, signal }),
    call(getTopicConfigs, { params, signal }),
  ]);
  const own = entries.flatMap(({ name, value, overridden, sensitive }): [string, string][] =>
    overridden && !sensitive && value !== null ? [[name, value]] : [],
  );
  return {
    name: `${topic}-2`,
    partitions: String(partitions),
    replicas: String(replicationFactor),
    configs: Object.fromEntries(own),
  };
}

interface TopicFormProps {
  readonly beginning: Beginning;
  readonly title: string;
  readonly onClose: () => void;
}

function TopicForm({ beginning, title, onClose }: TopicFormProps) {
  const [name, setName] = useState(beginning.name);
  const [partitions, setPartitions] = useState(beginning.partitions);
  const [replicas, setReplicas] = useState(beginning.replicas);
  const { [POLICY]: policy = '', [RETENTION]: keeps = '', ...others } = beginning.configs;
  const [retention, setRetention] = useState(keeps);
  const [compacted, setCompacted] = useState(policy.includes('compact'));
  // A policy of both, as the other one has it, stays.
  const wanted = compacted ? (policy.includes('compact') ? policy : 'compact') : '';
  const configs = {
    ...others,
    ...(wanted === '' ? {} : { [POLICY]: wanted }),
    ...(retention === '' ? {} : { [RETENTION]: retention }),
  };
  const body = {
    name,
    ...(partitions === '' ? {} : { partitions: Number(partitions) }),
    ...(replicas === '' ? {} : { replicationFactor: Number(replicas) }),
    ...(Object.keys(configs).length === 0 ? {} : { configs }),
  };
  return (
    <ConfirmDialog
      title={title}
      act="Create the topic"
      asked={ask(createTopic, { body })}
      disabled={
        name === ''
          ? 'It needs a name'
          : (countProblem(partitions, 'partition') ?? countProblem(replicas, 'replica'))
      }
      onDone={(answer) => goTo({ page: 'topic', name: answer.name })}
      onClose={onClose}
    >
      <label className="field">
        <span>Name</span>
        <input
          type="text"
          value={name}
          maxLength={249}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="field-row">
        <NumberField
          label="Partitions"
          value={partitions}
          placeholder="broker’s default"
          onChange={setPartitions}
        />
        <NumberField
          label="Replicas"
          value={replicas}
          placeholder="broker’s default"
          onChange={setReplicas}
        />
      </div>
      <RetentionField value={retention} onChange={setRetention} />
      <label className="check">
        <input type="checkbox" checked={compacted} onChange={(event) => setCompacted(event.target.checked)} />
        Compacted: of each key the last record is kept
      </label>
      <OtherConfigs configs={others} />
    </ConfirmDialog>
  );
}

/** What is left empty is the broker's to say. */
function countProblem(text: string, what: string): string | null {
  return text !== '' && Number(text) === 0 ? `It has at least one ${what}` : null;
}

const RETENTIONS: readonly (readonly [string, string])[] = [
  ['3600000', '1 hour'],
  ['86400000', '1 day'],
  ['604800000', '7 days'],
  ['2592000000', '30 days'],
  ['-1', 'ever'],
];

function RetentionField(props: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { value, onChange } = props;
  const known = value === '' || RETENTIONS.some(([ms]) => ms === value);
  const options = known ? RETENTIONS : [...RETENTIONS, [value, span(Number(value))] as const];
  return (
    <label className="field">
      <span>Keeps records for</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">the broker’s default</option>
        {options.map(([ms, title]) => (
          <option key={ms} value={ms}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What comes along from the other topic. */
function OtherConfigs({ configs }: Pick<Beginning, 'configs'>) {
  const entries = Object.entries(configs);
  if (entries.length === 0) return null;
  return (
    <>
      <p className="quiet">And {counted(entries.length, 'config')} as it has them:</p>
      <dl className="facts-list mono">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function NumberField(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        type="text"
        inputMode="numeric"
        pattern="[0-9]*"
        placeholder={props.placeholder}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value.replace(/\D/g, ''))}
      />
    </label>
  );
}
