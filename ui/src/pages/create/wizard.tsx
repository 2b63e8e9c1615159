import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { BusyIcon, StateIcon } from '../../components/icons.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PreviewView } from '../../components/preview-view.tsx';
import { counted } from '../../format/numbers.ts';
import { pluginWord, systemName } from '../../format/pipelines.ts';
import { pageCode } from '../../page-code.ts';
import { guardLeaving, type Place, setInQuery, useInQuery } from '../../router.tsx';
import { ConfigForm } from './config-form.tsx';
import { ConfigJson } from './config-text.tsx';
import { draftOf, keepDraft } from './drafts.ts';
import { type Config, problemsOf } from './form-model.ts';
import { ReviewStep } from './review-step.tsx';
import { ShapeStep } from './shape-step.tsx';
import { type Previewed, useSamples, useValidation, type Validated } from './use-validation.ts';

const ConfigYaml = lazy(() => pageCode(() => import('./config-yaml.tsx')));

interface WizardProps {
  readonly crumb: { readonly to: Place; readonly label: string };
  readonly title: string;
  readonly config: Config;
  /** Of the connector that is changed; null where a new one is made. */
  readonly editing: string | null;
  /** Under which it is kept when it is left. */
  readonly draftKey: string;
}

const STEPS = [
  { id: 'how', title: 'How' },
  { id: 'shape', title: 'Shape' },
  { id: 'review', title: 'Review' },
] as const;

/** The form at the left; what it will do, alive, at the right. */
export function Wizard(props: WizardProps) {
  const { crumb, title, editing } = props;
  const { beginning, config, setConfig, done, anew } = useDraft(props);
  const [step] = useInQuery('step', 'how');
  const [yaml, setYaml] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const validated = useValidation(config);
  const ready = validated.data !== null && !validated.busy && validated.data.error_count === 0;
  const samples = useSamples(config, ready && step !== 'review', turn);
  const pluginClass = config['connector.class'] ?? '';
  return (
    <>
      <PageHead crumb={crumb} title={title}>
        <span title={pluginClass}>{systemName(pluginClass)}</span>
        <Verdict validated={validated} config={config} />
      </PageHead>
      <StepBar current={step} editing={editing} />
      {anew === null ? null : (
        <p className="quiet" role="status">
          As you left it.{' '}
          <button type="button" className="link" onClick={anew}>
            Begin anew
          </button>
        </p>
      )}
      {step === 'review' ? (
        <ReviewStep
          config={config}
          editing={editing}
          beginning={beginning}
          validated={validated}
          plan={samples.data}
          onChange={setConfig}
          onDone={done}
        />
      ) : (
        <div className="wizard">
          <div className="wizard-form">
            {step === 'shape' ? (
              <ShapeStep config={config} validation={validated.data} onChange={setConfig} />
            ) : (
              <HowStep
                config={config}
                validated={validated}
                editing={editing}
                yaml={yaml}
                onYaml={setYaml}
                onChange={setConfig}
              />
            )}
            <NextStep step={step} />
          </div>
          <WhatItDoes
            samples={samples}
            validated={validated}
            ready={ready}
            onAgain={() => setTurn(turn + 1)}
          />
        </div>
      )}
    </>
  );
}

/** A name to begin with, of the plugin's. */
function named(config: Config): Config {
  const word = pluginWord(config['connector.class'] ?? '').replaceAll(' ', '-');
  return { name: `${word === '' ? 'connector' : word}-1` };
}

/** What is typed: kept when the form is left, taken up when it is come back to. `anew` forgets what was taken up. */
function useDraft({ config: loaded, editing, draftKey }: WizardProps) {
  const fresh: Config = { ...(editing === null ? named(loaded) : {}), ...loaded };
  const [left, setLeft] = useState(() => draftOf(draftKey));
  const [config, setConfig] = useState<Config>(() => left?.config ?? fresh);
  const beginning = left?.beginning ?? loaded;
  const changed = JSON.stringify(config) !== JSON.stringify(fresh);
  const finish = useLeavingGuard(changed);
  useEffect(
    () => keepDraft(draftKey, changed ? { beginning, config } : null),
    [draftKey, changed, beginning, config],
  );
  return {
    ...{ beginning, config, setConfig },
    done: () => {
      keepDraft(draftKey, null);
      finish();
    },
    anew:
      left === null
        ? null
        : () => {
            setLeft(null);
            setConfig(fresh);
          },
  };
}

/** Leaving with changes asks once; what is called at the end ends that. */
function useLeavingGuard(isChanged: boolean): () => void {
  const changed = useRef(false);
  changed.current = isChanged;
  const finished = useRef(false);
  useEffect(
    () =>
      guardLeaving(() =>
        changed.current && !finished.current ? 'What you have typed is not stored yet.' : null,
      ),
    [],
  );
  return () => {
    finished.current = true;
  };
}

function Verdict(props: { readonly validated: Validated; readonly config: Config }) {
  const { data, error, busy } = props.validated;
  if (error !== null) return <span className="wrong-text">{error.message}</span>;
  if (data === null || busy)
    return (
      <span className="state starting" role="status">
        <BusyIcon /> checking
      </span>
    );
  if (data.error_count === 0)
    return (
      <span className="state running" role="status">
        <StateIcon state="RUNNING" /> valid
      </span>
    );
  const { wrong, needed } = problemsOf(data, props.config);
  if (wrong.length === 0)
    return (
      <span className="state starting" role="status">
        <StateIcon state="UNASSIGNED" /> {counted(needed.length, 'value')} still needed
      </span>
    );
  return (
    <span className="state failed" role="status">
      <StateIcon state="FAILED" /> {counted(wrong.length, 'problem')}
    </span>
  );
}

function StepBar({ current, editing }: { readonly current: string; readonly editing: string | null }) {
  return (
    <nav className="tabs steps" aria-label="Steps">
      {editing === null ? (
        <button
          type="button"
          onClick={() => setInQuery({ class: null, copy: null, deleted: null, step: null }, 'push')}
        >
          <span className="step-number">1</span> What
        </button>
      ) : null}
      {STEPS.map(({ id, title }, index) => (
        <button
          key={id}
          type="button"
          aria-current={current === id ? 'step' : undefined}
          onClick={() => setInQuery({ step: id === 'how' ? null : id }, 'push')}
        >
          <span className="step-number">{index + (editing === null ? 2 : 1)}</span> {title}
        </button>
      ))}
    </nav>
  );
}

function NextStep({ step }: { readonly step: string }) {
  const next = step === 'how' ? STEPS[1] : STEPS[2];
  return (
    <p className="below">
      <button type="button" className="primary" onClick={() => setInQuery({ step: next.id }, 'push')}>
        Next: {next.title.toLowerCase()}
      </button>
    </p>
  );
}

interface HowStepProps {
  readonly config: Config;
  readonly validated: Validated;
  readonly editing: string | null;
  readonly yaml: string | null;
  readonly onYaml: (text: string) => void;
  readonly onChange: (config: Config) => void;
}

const EDIT_AS = [
  { id: 'form', title: 'Form' },
  { id: 'json', title: 'JSON' },
  { id: 'yaml', title: 'YAML' },
] as const;

function HowStep({ config, validated, editing, yaml, onYaml, onChange }: HowStepProps) {
  const [as, setAs] = useInQuery('as', 'form');
  return (
    <>
      <div className="tools">
        <fieldset className="segments">
          <legend className="unseen">Edit as</legend>
          {EDIT_AS.map(({ id, title }) => (
            <button key={id} type="button" aria-pressed={as === id} onClick={() => setAs(id)}>
              {title}
            </button>
          ))}
        </fieldset>
      </div>
      <Problems validated={validated} config={config} />
      {as === 'json' ? (
        <ConfigJson config={config} validation={validated.data} onChange={onChange} />
      ) : as === 'yaml' ? (
        <Suspense fallback={<p className="quiet">Loading the editor…</p>}>
          <ConfigYaml
            config={config}
            validation={validated.data}
            text={yaml}
            onText={onYaml}
            onChange={onChange}
          />
        </Suspense>
      ) : (
        <ConfigForm config={config} validated={validated} editing={editing} onChange={onChange} />
      )}
    </>
  );
}

const PROBLEMS_SHOWN = 6;

/** All problems at the top; each leads to its field. What is only still needed shows at its field. */
function Problems(props: { readonly validated: Validated; readonly config: Config }) {
  const { data } = props.validated;
  const problems = data === null ? [] : problemsOf(data, props.config).wrong;
  if (problems.length === 0) return null;
  return (
    <ul className="problems" aria-label="Problems">
      {problems.slice(0, PROBLEMS_SHOWN).map(({ key, message }) => (
        <li key={`${key} ${message}`}>
          <button
            type="button"
            className="link"
            onClick={() => setInQuery({ focus: key, as: null, at: String(Date.now()) })}
          >
            {key}
          </button>{' '}
          {message}
        </li>
      ))}
      {problems.length > PROBLEMS_SHOWN ? <li>and {problems.length - PROBLEMS_SHOWN} more</li> : null}
    </ul>
  );
}

interface WhatItDoesProps {
  readonly samples: Previewed;
  readonly validated: Validated;
  readonly ready: boolean;
  readonly onAgain: () => void;
}

/** Connection, records, what each step makes of them, what will be made. */
function WhatItDoes({ samples, validated, ready, onAgain }: WhatItDoesProps) {
  const { data, error, busy, stale } = samples;
  const refused = validated.error !== null && validated.error.status >= 400 && validated.error.status < 500;
  return (
    <aside className="wizard-live" aria-label="What it will do">
      <div className="section-head">
        <h2>What it will do</h2>
        {ready ? (
          <button type="button" className="plain" onClick={onAgain} disabled={busy}>
            Look again
          </button>
        ) : null}
        {busy ? (
          <span className="quiet">
            <BusyIcon /> reading records
          </span>
        ) : null}
      </div>
      {!ready && data === null ? (
        <p className="quiet">
          {validated.data === null
            ? validated.error === null
              ? 'The form is being made.'
              : refused
                ? 'There is no form for it: choose another under What.'
                : 'The form comes when the server answers: it is asked again by itself.'
            : 'When the config has no problems, real records appear here: read, transformed, and not written anywhere.'}
        </p>
      ) : null}
      {ready && data === null && error === null && !busy ? (
        <p className="quiet">Real records follow in a moment.</p>
      ) : null}
      {error === null ? null : (
        <p className="wrong-box" role="alert">
          {error.message} {error.hint}
        </p>
      )}
      {data === null || error !== null ? null : (
        <div className={stale ? 'dimmed' : undefined}>
          {data.error === null ? (
            <p className="state running">
              <StateIcon state="RUNNING" />{' '}
              {data.records.length > 0
                ? `connected, ${counted(data.records.length, 'record')} read`
                : 'connected'}
            </p>
          ) : null}
          <PreviewView preview={data} />
        </div>
      )}
    </aside>
  );
}
