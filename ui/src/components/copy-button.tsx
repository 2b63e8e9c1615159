import { useState } from 'react';

/** Copies a text and says whether it worked. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [outcome, setOutcome] = useState<'Copy' | 'Copied' | 'Could not copy'>('Copy');
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('Copied'),
      () => setOutcome('Could not copy'),
    );
  };
  return (
    <button
      type="button"
      className="plain"
      onClick={copy}
      onBlur={() => setOutcome('Copy')}
      aria-label={`${outcome} ${what}`}
    >
      {outcome}
    </button>
  );
}
