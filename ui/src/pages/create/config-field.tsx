import { useId, useState } from 'react';
import { useLoaded } from '../../api/use-loaded.ts';
import { CodeWords } from '../../components/code-words.tsx';
import { KeyName } from '../../components/key-name.tsx';
import { readPlugins } from '../plugins.tsx';
import { type Entry, isNeeded } from './form-model.ts';

interface ConfigFieldProps {
  readonly entry: Entry;
  /** Of the key, where what stands around the field says it already. */
  readonly prefix?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A config key as a field: by its type, with what it is for, its default, what is recommended, and what is wrong. */
export function ConfigField({ entry, prefix = '', value, onChange }: ConfigFieldProps) {
  const { definition } = entry;
  const errors = isNeeded(entry, { [definition.name]: value }) ? [] : entry.value.errors;
  const id = `field-${definition.name}`;
  const [help, problem] = [useId(), useId()];
  const title = definition.display_name === '' ? definition.name : definition.display_name;
  const named = title !== definition.name;
  return (
    <div className={`field config-field ${errors.length > 0 ? 'invalid' : ''}`}>
      <label htmlFor={id} title={definition.name}>
        {named ? <span>{title}</span> : <KeyName name={definition.name.slice(prefix.length)} />}
        {named ? <span className="mono field-key">{definition.name}</span> : null}
        {definition.required ? <span className="required">required</span> : null}
      </label>
      <Control
        entry={entry}
        id={id}
        value={value}
        invalid={errors.length > 0}
        describedBy={`${help} ${problem}`}
        onChange={onChange}
      />
      <p id={problem} className="field-errors">
        {errors.join(' ')}
      </p>
      <p id={help} className="field-help">
        <CodeWords text={definition.documentation} />
        {definition.default_value === null || definition.default_value === '' ? null : (
          <>
            {' '}
            Default: <code>{definition.default_value}</code>
          </>
        )}
      </p>
    </div>
  );
}

interface ControlProps {
  readonly entry: Entry;
  readonly id: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly onChange: (value: string) => void;
}

function Control(props: ControlProps) {
  const { definition, value: answered } = props.entry;
  if (definition.type === 'PASSWORD') return <SecretControl {...props} />;
  if (definition.type === 'BOOLEAN') return <ChoiceControl {...props} options={['true', 'false']} />;
  if (definition.type === 'CLASS') return <ClassControl {...props} />;
  const { recommended_values: recommended } = answered;
  if (recommended.length > 0 && definition.type !== 'LIST')
    return <ChoiceControl {...props} options={recommended} />;
  return <TextControl {...props} suggestions={recommended} />;
}

function TextControl(props: ControlProps & { readonly suggestions: readonly string[] }) {
  const { entry, id, value, describedBy, onChange, suggestions } = props;
  const { definition } = entry;
  const numeric = ['INT', 'LONG', 'DOUBLE'].includes(definition.type);
  const list = useId();
  const shared = {
    id,
    value,
    placeholder: definition.default_value ?? (definition.type === 'LIST' ? 'a, b, c' : ''),
    'aria-describedby': describedBy,
    'aria-invalid': props.invalid,
    'aria-required': definition.required,
  };
  if (value.includes('\n') || definition.width === 'LONG') {
    return (
      <textarea
        className="mono grows"
        rows={1}
        {...shared}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <>
      <input
        type="text"
        className="mono"
        autoComplete="off"
        spellCheck={false}
        inputMode={numeric ? 'numeric' : undefined}
        list={suggestions.length > 0 ? list : undefined}
        {...shared}
        onChange={(event) => onChange(event.target.value)}
      />
      {suggestions.length > 0 ? (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

function ChoiceControl(props: ControlProps & { readonly options: readonly string[] }) {
  const { entry, id, value, describedBy, onChange, options } = props;
  const known = value === '' || options.includes(value) ? options : [...options, value];
  const fallback = entry.definition.default_value;
  return (
    <select
      id={id}
      value={value}
      aria-describedby={describedBy}
      aria-invalid={props.invalid}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{fallback === null || fallback === '' ? 'not set' : `${fallback} (default)`}</option>
      {known
        .filter((option) => option !== fallback || option === value)
        .map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
    </select>
  );
}

/** What is stored is never shown, nor sent back; it is replaced as a whole. */
function SecretControl({ id, value, describedBy, invalid, onChange }: ControlProps) {
  const stored = /^\$\{[^}]+\}$/.test(value);
  const [seen, setSeen] = useState(false);
  if (stored) {
    return (
      <span className="secret">
        <input id={id} type="text" className="mono" readOnly value={value} aria-describedby={describedBy} />
        <button type="button" onClick={() => onChange('')}>
          Replace
        </button>
      </span>
    );
  }
  return (
    <span className="secret">
      <input
        id={id}
        type={seen ? 'text' : 'password'}
        className="mono"
        autoComplete="new-password"
        value={value}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => onChange(event.target.value)}
      />
      <button type="button" aria-pressed={seen} onClick={() => setSeen(!seen)}>
        {seen ? 'Hide' : 'Show'}
      </button>
    </span>
  );
}

/** Kinds of plugins by the end of the key. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^header\.converter$/, 'header_converter'],
  [/converter$/, 'converter'],
  [/^transforms\..*\.type$/, 'transformation'],
  [/^predicates\..*\.type$/, 'predicate'],
];

function ClassControl(props: ControlProps) {
  const { data } = useLoaded('plugins', readPlugins, null);
  const kind = KINDS.find(([pattern]) => pattern.test(props.entry.definition.name))?.[1];
  const classes = (data?.plugins ?? []).filter(({ type }) => type === kind).map((plugin) => plugin.class);
  return <TextControl {...props} suggestions={[...new Set(classes)].sort()} />;
}
