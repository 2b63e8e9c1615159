import type { ReactNode } from 'react';
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

interface StateWordsProps {
  readonly state: PipelineState;
  readonly children: ReactNode;
}

/** Words of their own about something that is in a state, with its icon: colour is never alone. */
export function StateWords({ state, children }: StateWordsProps) {
  return (
    <span className={`state ${stateWord(state)}`}>
      <StateIcon state={state} size={13} />
      <span>{children}</span>
    </span>
  );
}
