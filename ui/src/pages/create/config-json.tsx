import { lazy, Suspense, useEffect, useState } from 'react';
import { type Config, type Problem, parsedConfig, problemsOf, type Validation } from './form-model.ts';

const CodeEditor = lazy(() => import('../../components/code-editor.tsx'));

interface ConfigJsonProps {
  readonly config: Config;
  readonly validation: Validation | null;
  readonly onChange: (config: Config) => void;
}

/** The config as JSON, two ways with the form: keys are completed, problems marked. */
export function ConfigJson({ config, validation, onChange }: ConfigJsonProps) {
  const [text, setText] = useState(() => JSON.stringify(config, null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    // What was changed elsewhere comes in; what is typed here is not touched.
    const parsed = parsedConfig(text);
    if ('config' in parsed && JSON.stringify(parsed.config) !== JSON.stringify(config)) {
      setText(JSON.stringify(config, null, 2));
    }
  }, [config, text]);
  const change = (next: string) => {
    setText(next);
    const parsed = parsedConfig(next);
    if ('problem' in parsed) return setProblem(parsed.problem);
    setProblem(null);
    onChange(parsed.config);
  };
  const keys = (validation?.configs ?? []).map(({ definition }) => ({
    name: definition.name,
    type: definition.type.toLowerCase(),
    documentation: definition.documentation,
    values: validation?.configs.find((one) => one.definition === definition)?.value.recommended_values ?? [],
  }));
  return (
    <>
      <Suspense fallback={<p className="quiet">Loading the editor…</p>}>
        <CodeEditor
          label="Config as JSON"
          text={text}
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

function allProblems(validation: Validation, config: Config): readonly Problem[] {
  const { wrong, needed } = problemsOf(validation, config);
  return [...wrong, ...needed];
}
