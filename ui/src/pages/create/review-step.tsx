import {
  type ConfigPlan,
  createConnector,
  type Preview,
  planConfig,
  putConnectorConfig,
} from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import { type Asked, ask } from '../../api/ask.ts';
import { call, type Explained, explain } from '../../api/client.ts';
import { Commands } from '../../components/as-command.tsx';
import { ConfigDiff, changedElsewhere, changesBetween } from '../../components/config-diff.tsx';
import { BusyIcon } from '../../components/icons.tsx';
import { counted } from '../../format/numbers.ts';
import { goTo } from '../../router.tsx';
import { type Config, type Problem, problemsOf } from './form-model.ts';
import type { Validated } from './use-validation.ts';

interface ReviewStepProps {
  readonly config: Config;
  readonly beginning: Config;
  readonly editing: string | null;
  readonly validated: Validated;
  /** Of the last look at real records; null where there was none. */
  readonly plan: Preview | null;
  readonly onChange: (config: Config) => void;
  readonly onDone: () => void;
}

/** What changes, what it brings about, and the same as curl; then it is done. */
export function ReviewStep(props: ReviewStepProps) {
  const { config, beginning, editing, validated, plan, onChange, onDone } = props;
  const name = config.name ?? '';
  const [turn, setTurn] = useState(0);
  const planned = usePlan(name, config, turn);
  const [state, setState] = useState<{ busy: string | null; error: Explained | null }>({
    busy: null,
    error: null,
  });
  const changes = planned?.changes ?? changesBetween(editing === null ? {} : beginning, config);
  const problems = planned?.errors ?? allProblems(validated, config);
  const clash = editing === null && planned?.exists === true ? `There is a connector ${name} already` : null;
  const gone = editing !== null && planned?.exists === false ? `${editing} has been deleted` : null;
  const obstacle =
    clash ??
    gone ??
    (problems.length > 0
      ? 'The config has problems'
      : editing !== null && changes.length === 0
        ? 'Nothing is different'
        : null);
  const acts =
    editing === null ? creations(name, config) : [replacement(editing, config, planned?.etag ?? null)];
  const go = (label: string, asked: Asked) => {
    setState({ busy: label, error: null });
    asked.run().then(
      () => {
        onDone();
        goTo({ page: 'connector', name: editing ?? name });
      },
      (error: unknown) => {
        setState({ busy: null, error: explain(error) });
        // It may not be what it was compared with any more.
        setTurn(turn + 1);
      },
    );
  };
  return (
    <div className="review">
      <section>
        <h2>{editing === null ? `Config of ${name}` : `What changes in ${editing}`}</h2>
        {editing === null || planned === null || gone !== null ? null : (
          <Elsewhere {...changedElsewhere(beginning, config, planned.changes)} onTake={onChange} />
        )}
        <ConfigDiff changes={changes} />
      </section>
      <section>
        <h2>What it brings about</h2>
        <EffectsList plan={plan} planned={planned} editing={editing} config={config} />
      </section>
      {problems.length === 0 ? null : (
        <ul className="problems" aria-label="Problems">
          {problems.map(({ key, message }) => (
            <li key={`${key} ${message}`}>
              <code>{key}</code> {message}
            </li>
          ))}
        </ul>
      )}
      <p role="alert" className="wrong-text">
        {clash ?? ''} {state.error === null ? '' : `${state.error.message} ${state.error.hint ?? ''}`}
      </p>
      <div className="review-acts">
        {acts.map(({ label, asked, primary }) => (
          <button
            key={label}
            type="button"
            className={primary ? 'primary' : ''}
            disabled={obstacle !== null || state.busy !== null || validated.busy}
            title={obstacle ?? undefined}
            onClick={() => go(label, asked)}
          >
            {state.busy === label ? <BusyIcon /> : null}
            {label}
          </button>
        ))}
        {obstacle === null ? null : <span className="quiet">{obstacle}.</span>}
      </div>
      <details className="fold">
        <summary>The same from a terminal</summary>
        {acts.map(({ label, asked }) => (
          <Commands key={label} label={acts.length > 1 ? label : ''} asked={asked} />
        ))}
      </details>
    </div>
  );
}

/** What somebody else did meanwhile, which must not be taken back unseen. */
function Elsewhere(props: {
  readonly keys: readonly string[];
  readonly taken: Config;
  readonly onTake: (config: Config) => void;
}) {
  const { keys, taken, onTake } = props;
  if (keys.length === 0) return null;
  return (
    <div className="wrong-box" role="alert">
      <p>
        Changed elsewhere since you opened this form, and taken back if you apply it:{' '}
        <code>{keys.join(', ')}</code>
      </p>
      <button type="button" onClick={() => onTake(taken)}>
        Keep what is there now
      </button>
    </div>
  );
}

function allProblems({ data }: Validated, config: Config): readonly Problem[] {
  if (data === null) return [];
  const { wrong, needed } = problemsOf(data, config);
  return [...wrong, ...needed];
}

interface ReviewAct {
  readonly label: string;
  readonly asked: Asked;
  readonly primary: boolean;
}

function creations(name: string, config: Config): readonly ReviewAct[] {
  const { name: _, ...rest } = config;
  return [
    {
      label: 'Create paused',
      asked: ask(createConnector, { body: { name, config: rest, initial_state: 'PAUSED' } }),
      primary: false,
    },
    {
      label: 'Create and start',
      asked: ask(createConnector, { body: { name, config: rest } }),
      primary: true,
    },
  ];
}

/** With the version that was looked at, so that nobody else's change is lost. */
function replacement(name: string, config: Config, etag: string | null): ReviewAct {
  return {
    label: 'Apply',
    asked: ask(putConnectorConfig, {
      params: { connector: name },
      body: config,
      ...(etag === null ? {} : { headers: { 'if-match': etag } }),
    }),
    primary: true,
  };
}

/** What the server says would change; null while it does not say. */
function usePlan(name: string, config: Config, turn: number): ConfigPlan | null {
  const [plan, setPlan] = useState<ConfigPlan | null>(null);
  const key = JSON.stringify([name, config]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the turn is what asks again.
  useEffect(() => {
    const abort = new AbortController();
    const [connector, body]: [string, Config] = JSON.parse(key);
    call(planConfig, { params: { connector }, body, signal: abort.signal }).then(setPlan, () =>
      setPlan(null),
    );
    return () => abort.abort();
  }, [key, turn]);
  return plan;
}

function EffectsList(props: {
  readonly plan: Preview | null;
  readonly planned: ConfigPlan | null;
  readonly editing: string | null;
  readonly config: Config;
}) {
  const { plan, planned, editing, config } = props;
  const made = plan?.topics.filter(({ exists }) => !exists) ?? [];
  const restarted = planned?.tasks.restarted;
  const tasks =
    editing === null
      ? `starts up to ${counted(Number(config['tasks.max'] ?? 1), 'task')}`
      : restarted == null
        ? 'restarts the tasks whose config differs; the others run on'
        : restarted === 0
          ? 'restarts no task'
          : `restarts ${counted(restarted, 'task')}${planned === null ? '' : ` of ${planned.tasks.now}`}`;
  return (
    <ul className="effects">
      {made.map(({ name, purpose }) => (
        <li key={name}>
          makes the topic <code>{name}</code> for {purpose}
        </li>
      ))}
      {(plan?.plan ?? []).map(({ what, statement }) => (
        <li key={`${what} ${statement ?? ''}`}>
          {what}
          {statement === undefined ? null : <pre>{statement}</pre>}
        </li>
      ))}
      <li>{tasks}</li>
    </ul>
  );
}
