import { lazy, Suspense, useEffect, useState } from 'react';
import { pageCode } from '../../page-code.ts';
import { type Config, type Problem, parsedConfig, problemsOf, type Validation } from './form-model.ts';

const CodeEditor = lazy(() => pageCode(() => import('../../components/code-editor.tsx')));

/** A way to write a config down. */
export interface TextForm {
  readonly language: 'json' | 'yaml';
  readonly label: string;
  /** What a text says, or why it says nothing, in a sentence. */
  readonly parsed: (text: string) => { readonly config: Config } | { readonly problem: string };
  /** A text, changed so far that it says `config`; an empty one is written anew. */
  readonly saying: (text: string, config: Config) => string;
}

const JSON_FORM: TextForm = {
  language: 'json',
  label: 'Config as JSON',
  parsed: parsedConfig,
  saying: (_, config) => JSON.stringify(config, null, 2),
};

interface ConfigEditorProps {
  readonly config: Config;
  readonly validation: Validation | null;
  readonly onChange: (config: Config) => void;
}

/** The config as JSON, two ways with the form. */
export function ConfigJson(props: ConfigEditorProps) {
  const [text, setText] = useState<string | null>(null);
  return <ConfigText {...props} form={JSON_FORM} text={text} onText={setText} />;
}

interface ConfigTextProps extends ConfigEditorProps {
  readonly form: TextForm;
  /** What stands there; null before anything was written. */
  readonly text: string | null;
  readonly onText: (text: string) => void;
}

/** The config as a text, two ways with the form: keys are completed, problems marked. */
export function ConfigText({ form, config, validation, text, onText, onChange }: ConfigTextProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const shown = text ?? form.saying('', config);
  useEffect(() => {
    // What was changed elsewhere comes in; what is typed here is not touched.
    const parsed = form.parsed(shown);
    if ('config' in parsed && !isSame(parsed.config, config)) onText(form.saying(shown, config));
  }, [form, config, shown, onText]);
  const change = (next: string) => {
    onText(next);
    const parsed = form.parsed(next);
    if ('problem' in parsed) return setProblem(parsed.problem);
    setProblem(null);
    onChange(parsed.config);
  };
  const keys = (validation?.configs ?? []).map(({ definition, value }) => ({
    name: definition.name,
    type: definition.type.toLowerCase(),
    documentation: definition.documentation,
    values: value.recommended_values,
  }));
  return (
    <>
      <Suspense fallback={<p className="quiet">Loading the editor…</p>}>
        <CodeEditor
          label={form.label}
          language={form.language}
          text={shown}
          keys={keys}
          problems={validation === null ? [] : allProblems(validation, config)}
          onChange={change}
        />
      </Suspense>
      <p className="wrong-text" role="alert">
        {problem}
      </p>
    </>
  );
}

function isSame(a: Config, b: Config): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function allProblems(validation: Validation, config: Config): readonly Problem[] {
  const { wrong, needed } = problemsOf(validation, config);
  return [...wrong, ...needed];
}
