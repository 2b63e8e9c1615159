import { useInQuery } from '../router.tsx';

interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  /** Key of the query that holds the text. */
  readonly name?: string;
}

/** The text field that `/` leads to; what is in it is part of the address. */
export function FilterField({ label, placeholder, name = 'filter' }: FilterFieldProps) {
  const [value, setValue] = useInQuery(name);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => setValue(event.target.value)}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  /** Key of the query that holds the choice; empty is all. */
  readonly name: string;
  readonly options: readonly { readonly value: string; readonly title: string }[];
  readonly all?: string;
}

/** One of some, or all; part of the address. */
export function Choice({ label, name, options, all = 'any' }: ChoiceProps) {
  const [value, setValue] = useInQuery(name);
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => setValue(event.target.value)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
    </label>
  );
}
