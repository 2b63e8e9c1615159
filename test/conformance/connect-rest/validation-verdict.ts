interface Validation {
  readonly name: string;
  readonly error_count: number;
  readonly configs: readonly {
    readonly definition: Readonly<Record<string, unknown>>;
    readonly value: { readonly name: string; readonly errors: readonly string[] };
  }[];
}

/** Which keys have errors, and how many there are: their words and the definitions are each plugin's own. */
export const verdict = ({ name, error_count, configs }: Validation) => ({
  name,
  error_count,
  wrong: configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => value.name),
  fields: Object.keys(configs[0]?.definition ?? {}).sort(),
  values: Object.keys(configs[0]?.value ?? {}).sort(),
});
