import { useEffect, useState } from 'react';
import { counted } from '../../format/numbers.ts';
import { useInQuery } from '../../router.tsx';
import { ConfigField } from './config-field.tsx';
import { type Config, type FormGroup, formGroups, withKey } from './form-model.ts';
import type { Validated } from './use-validation.ts';

interface ConfigFormProps {
  readonly config: Config;
  readonly validated: Validated;
  readonly editing: string | null;
  readonly onChange: (config: Config) => void;
}

/** The form that a plugin's config definition makes. */
export function ConfigForm({ config, validated, editing, onChange }: ConfigFormProps) {
  const validation = validated.data;
  useFocus(validation !== null);
  if (validation === null)
    return <p className="quiet">{validated.error?.message ?? 'The form is being made…'}</p>;
  const nameErrors =
    validation.configs.find(({ definition }) => definition.name === 'name')?.value.errors ?? [];
  return (
    <form className="config-form" onSubmit={(event) => event.preventDefault()}>
      {editing === null ? (
        <label className="field name-field">
          <span>Name of the connector</span>
          <input
            id="field-name"
            type="text"
            autoComplete="off"
            value={config.name ?? ''}
            aria-invalid={nameErrors.length > 0}
            onChange={(event) => onChange({ ...config, name: event.target.value })}
          />
          <span className="field-errors">{nameErrors.join(' ')}</span>
        </label>
      ) : null}
      {formGroups(validation, config).map((group) => (
        <Group key={group.name} group={group} config={config} onChange={onChange} />
      ))}
    </form>
  );
}

/** Leads to the field that the address names, once it is there. */
function useFocus(there: boolean): void {
  const [focus] = useInQuery('focus');
  const [at] = useInQuery('at');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment in the address asks for it once more.
  useEffect(() => {
    if (!there || focus === '') return;
    const timer = setTimeout(() => {
      const field = document.getElementById(`field-${focus}`);
      field?.scrollIntoView({ block: 'center' });
      field?.focus();
    }, 50);
    return () => clearTimeout(timer);
  }, [there, focus, at]);
}

interface GroupProps {
  readonly group: FormGroup;
  readonly config: Config;
  readonly onChange: (config: Config) => void;
}

function Group({ group, config, onChange }: GroupProps) {
  const [focus] = useInQuery('focus');
  const wanted = group.folded.some(({ definition }) => definition.name === focus);
  const [open, setOpen] = useState(wanted);
  // It stays open when its key is filled in and stands among the others.
  useEffect(() => {
    if (wanted) setOpen(true);
  }, [wanted]);
  const field = (entry: FormGroup['shown'][number]) => (
    <ConfigField
      key={entry.definition.name}
      entry={entry}
      value={config[entry.definition.name] ?? ''}
      onChange={(value) => onChange(withKey(config, entry.definition.name, value))}
    />
  );
  return (
    <fieldset className="form-group">
      <legend>
        {group.name}
        {group.wrong > 0 ? <span className="count wrong">{counted(group.wrong, 'problem')}</span> : null}
        {group.needed > 0 ? <span className="count">{group.needed} needed</span> : null}
      </legend>
      {group.shown.map(field)}
      {open ? group.folded.map(field) : null}
      {group.folded.length === 0 ? null : (
        <button type="button" className="plain more-keys" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer' : `${group.folded.length} more, with defaults`}
        </button>
      )}
    </fieldset>
  );
}
