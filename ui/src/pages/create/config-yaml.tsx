import { ConfigText, type TextForm } from './config-text.tsx';
import type { Config, Validation } from './form-model.ts';
import { parsedYaml, yamlSaying } from './yaml-model.ts';

const YAML_FORM: TextForm = {
  language: 'yaml',
  label: 'Config as YAML',
  parsed: parsedYaml,
  saying: yamlSaying,
};

interface ConfigYamlProps {
  readonly config: Config;
  readonly validation: Validation | null;
  /** Kept by who shows this: comments are in no config. */
  readonly text: string | null;
  readonly onText: (text: string) => void;
  readonly onChange: (config: Config) => void;
}

/** The config as YAML, two ways with the form. Comes with the parser when it is asked for. */
export default function ConfigYaml(props: ConfigYamlProps) {
  return <ConfigText {...props} form={YAML_FORM} />;
}
