import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useLoaded } from '../../api/use-loaded.ts';
import { readPlugins } from '../plugins.tsx';
import { ConfigField } from './config-field.tsx';
import {
  type Config,
  type Entry,
  listOf,
  type Validation,
  withKey,
  withoutStep,
  withStepMoved,
} from './form-model.ts';

interface ShapeStepProps {
  readonly config: Config;
  readonly validation: Validation | null;
  readonly onChange: (config: Config) => void;
}

/** Transforms as a list of steps, each with its own fields, and the predicates that say which records they touch. */
export function ShapeStep({ config, validation, onChange }: ShapeStepProps) {
  return (
    <>
      <p className="prose quiet">
        Records pass through these steps in this order. What each makes of real records stands at the right.
      </p>
      <StepList kind="transforms" config={config} validation={validation} onChange={onChange} />
      <StepList kind="predicates" config={config} validation={validation} onChange={onChange} />
    </>
  );
}

const KINDS = {
  transforms: {
    title: 'Transforms',
    group: 'Transforms',
    plugin: 'transformation',
    none: 'Records go through as they are.',
  },
  predicates: {
    title: 'Predicates',
    group: 'Predicates',
    plugin: 'predicate',
    none: 'A transform with a predicate touches only the records that fit it.',
  },
} as const;

function StepList({
  kind,
  config,
  validation,
  onChange,
}: ShapeStepProps & { readonly kind: keyof typeof KINDS }) {
  const { title, none, plugin } = KINDS[kind];
  const names = listOf(config, kind);
  const { data } = useLoaded('plugins', readPlugins, null);
  const types = [
    ...new Set((data?.plugins ?? []).filter(({ type }) => type === plugin).map((one) => one.class)),
  ].sort();
  const add = (type: string) => {
    const word = shortName(type)
      .replace(/\$.*$/, '')
      .replace(/^./, (letter) => letter.toLowerCase());
    const taken = new Set(names);
    let name = word;
    for (let count = 2; taken.has(name); count += 1) name = `${word}${count}`;
    onChange({ ...config, [kind]: [...names, name].join(','), [`${kind}.${name}.type`]: type });
  };
  return (
    <section>
      <div className="section-head">
        <h2>{title}</h2>
        <label className="choice">
          <span className="unseen">Add one of {title.toLowerCase()}</span>
          <select value="" onChange={(event) => add(event.target.value)}>
            <option value="" disabled>
              {kind === 'transforms' ? 'Add a step…' : 'Add a predicate…'}
            </option>
            {types.map((type) => (
              <option key={type} value={type}>
                {shortName(type)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {names.length === 0 ? <p className="quiet">{none}</p> : null}
      <ol className="step-list">
        {names.map((name, index) => (
          <li key={name}>
            <Step
              kind={kind}
              name={name}
              first={index === 0}
              last={index === names.length - 1}
              config={config}
              validation={validation}
              onChange={onChange}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface StepProps extends ShapeStepProps {
  readonly kind: keyof typeof KINDS;
  readonly name: string;
  readonly first: boolean;
  readonly last: boolean;
}

function Step({ kind, name, first, last, config, validation, onChange }: StepProps) {
  const prefix = `${kind}.${name}.`;
  const entries = (validation?.configs ?? []).filter(
    ({ definition, value }) =>
      definition.name.startsWith(prefix) && definition.name !== `${prefix}type` && value.visible,
  );
  const shown = entries.filter(
    ({ definition, value }) =>
      !definition.name.endsWith('.plugin.version') ||
      config[definition.name] !== undefined ||
      value.errors.length > 0,
  );
  const typeErrors =
    validation?.configs.find(({ definition }) => definition.name === `${prefix}type`)?.value.errors ?? [];
  return (
    <fieldset className="form-group step">
      <legend>
        {name} <span className="quiet">{shortName(config[`${prefix}type`] ?? '')}</span>
        <span className="step-acts">
          {kind === 'transforms' ? (
            <>
              <button
                type="button"
                className="plain icon"
                disabled={first}
                aria-label={`Earlier: ${name}`}
                onClick={() => onChange(withStepMoved(config, name, -1))}
              >
                <ArrowUp size={14} aria-hidden="true" />
              </button>
              <button
                type="button"
                className="plain icon"
                disabled={last}
                aria-label={`Later: ${name}`}
                onClick={() => onChange(withStepMoved(config, name, 1))}
              >
                <ArrowDown size={14} aria-hidden="true" />
              </button>
            </>
          ) : null}
          <button
            type="button"
            className="plain icon"
            aria-label={`Take away ${name}`}
            onClick={() => onChange(withoutStep(config, kind, name))}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </span>
      </legend>
      {typeErrors.length === 0 ? null : <p className="field-errors">{typeErrors.join(' ')}</p>}
      {ownFirst(shown).map((entry) => (
        <ConfigField
          key={entry.definition.name}
          entry={entry}
          prefix={prefix}
          value={config[entry.definition.name] ?? ''}
          onChange={(value) => onChange(withKey(config, entry.definition.name, value))}
        />
      ))}
    </fieldset>
  );
}

/** What every transform has comes behind what this one is about. */
function ownFirst(entries: readonly Entry[]): readonly Entry[] {
  const every = ({ definition: { name } }: Entry) =>
    Number(/\.(?:predicate|negate|plugin\.version)$/.test(name));
  return entries.toSorted((a, b) => every(a) - every(b));
}

function shortName(pluginClass: string): string {
  return pluginClass.split('.').at(-1) ?? pluginClass;
}
