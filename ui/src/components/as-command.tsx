import { Popover } from '@base-ui/react/popover';
import { Terminal } from 'lucide-react';
import type { Asked } from '../api/ask.ts';
import { CopyButton } from './copy-button.tsx';

interface AsCommandProps {
  /** Acts with their names, each as curl and as a command. */
  readonly acts: readonly { readonly label: string; readonly asked: Pick<Asked, 'curl' | 'cli'> }[];
}

/** The same without this page: what a button would do, as curl and as a command. */
export function AsCommand({ acts }: AsCommandProps) {
  return (
    <Popover.Root>
      <Popover.Trigger
        className="plain icon"
        aria-label="As curl and command line"
        title="As curl and command line"
      >
        <Terminal size={15} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className="floating">
          <Popover.Popup className="popup commands">
            <Popover.Title className="popup-title">The same from a terminal</Popover.Title>
            {acts.map(({ label, asked }) => (
              <Commands key={label} label={label} asked={asked} />
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** One act, in both forms. */
export function Commands({ label, asked }: AsCommandProps['acts'][number]) {
  return (
    <div className="command">
      {label === '' ? null : <h3>{label}</h3>}
      {asked.cli === null ? null : <CommandLine text={asked.cli} what={`${label} as command`} />}
      <CommandLine text={asked.curl} what={`${label} as curl`} />
    </div>
  );
}

function CommandLine({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="command-line">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command scrolls, and must do so by keys too. */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
