import { Dialog } from '@base-ui/react/dialog';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useLive } from '../api/live.ts';
import { goTo, type Place } from '../router.tsx';
import { type Finding, findingsOf, usePaletteTopics } from './palette-findings.ts';

const OPEN = 'millrace:palette';

/** Opens the palette from anywhere. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** Finds pages, connectors, topics, groups and acts by a few letters. */
export function CommandPalette({ place }: { readonly place: Place | null }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    const onOpen = () => setOpen(true);
    window.addEventListener('keydown', onKey);
    window.addEventListener(OPEN, onOpen);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener(OPEN, onOpen);
    };
  }, []);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette" aria-label="Find and do">
          <Findings place={place} onClose={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Findings({ place, onClose }: { readonly place: Place | null; readonly onClose: () => void }) {
  const { pipelines } = useLive();
  const topics = usePaletteTopics();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = findingsOf(text, place, pipelines, topics);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#finding-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const take = (finding: Finding | undefined) => {
    if (finding === undefined) return;
    onClose();
    if ('to' in finding) goTo(finding.to, finding.query ?? {});
    else finding.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((before) => Math.max(0, Math.min(found.length - 1, before + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(found[at]);
    }
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="findings"
        aria-activedescendant={found.length === 0 ? undefined : `finding-${at}`}
        aria-label="Find and do"
        placeholder="A page, connector, topic, group, or what to do"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="findings" role="listbox" aria-label="Findings" className="findings" ref={list}>
        {found.map((finding, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are taken by the field, which keeps the focus.
          <div
            key={`${finding.kind} ${finding.title}`}
            id={`finding-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="finding"
            onClick={() => take(finding)}
            onMouseMove={() => setAt(index)}
          >
            <span className="finding-kind">{finding.kind}</span>
            <span className="finding-title">{finding.title}</span>
            {finding.note === undefined ? null : <span className="finding-note">{finding.note}</span>}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="quiet no-findings">Nothing is called that.</p> : null}
    </>
  );
}
