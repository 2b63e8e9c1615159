import { StateIcon } from './icons.tsx';

/** Kafka's word for the state of a group, with an icon. */
export function GroupState({ state }: { readonly state: string }) {
  const word = state.toLowerCase();
  const [look, icon] =
    word === 'stable'
      ? (['running', 'RUNNING'] as const)
      : word === 'empty' || word === 'dead'
        ? (['stopped', 'STOPPED'] as const)
        : (['starting', 'UNASSIGNED'] as const);
  return (
    <span className={`state ${look}`}>
      <StateIcon state={icon} size={13} />
      {state}
    </span>
  );
}
