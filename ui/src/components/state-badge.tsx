import { type PipelineState, stateWord } from '../format/pipelines.ts';
import { StateIcon } from './icons.tsx';

/** A state as icon and word. */
export function StateBadge({ state }: { readonly state: PipelineState }) {
  const word = stateWord(state);
  return (
    <span className={`state ${word}`}>
      <StateIcon state={state} />
      {word}
    </span>
  );
}
