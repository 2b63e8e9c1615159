import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import type { Asked } from '../api/ask.ts';
import { explain } from '../api/client.ts';
import { Commands } from './as-command.tsx';
import { BusyIcon } from './icons.tsx';

interface ConfirmDialogProps<T> {
  readonly title: string;
  /** What will happen, in words. */
  readonly children?: ReactNode;
  /** The act, as its button says it. */
  readonly act: string;
  readonly asked: Asked<T>;
  /** What must be typed before it can be done; for what cannot be undone. */
  readonly typed?: string;
  readonly danger?: boolean;
  readonly disabled?: string | null;
  readonly wide?: boolean;
  /** What is typed in first; else what comes first. */
  readonly typeIn?: RefObject<HTMLElement | null>;
  readonly onDone: (answer: T) => void;
  readonly onClose: () => void;
}

/** Asks before something is done, does it, and says what became of it. Mounted while it is open. */
export function ConfirmDialog<T>(props: ConfirmDialogProps<T>) {
  const { title, children, act, asked, typed, danger = false, disabled = null, wide = false } = props;
  const [text, setText] = useState('');
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const blocked = disabled ?? (typed !== undefined && text !== typed ? `Type ${typed} first` : null);
  const go = () => {
    setState({ busy: true, error: null });
    asked.run().then(
      (answer) => {
        setState({ busy: false, error: null });
        props.onDone(answer);
      },
      (error: unknown) => {
        const { message, hint } = explain(error);
        setState({ busy: false, error: hint === null ? message : `${message} ${hint}` });
      },
    );
  };
  return (
    <Modal title={title} wide={wide} typeIn={props.typeIn} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked === null && !state.busy) go();
        }}
      >
        {children}
        {typed === undefined ? null : (
          <label className="field">
            <span>
              Type <code>{typed}</code> to go on
            </span>
            <input
              type="text"
              value={text}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
            />
          </label>
        )}
        <details className="fold">
          <summary>As curl{asked.cli === null ? '' : ' and command line'}</summary>
          <Commands label="" asked={asked} />
        </details>
        <p role="alert" className="wrong-text">
          {state.error}
        </p>
        <div className="dialog-acts">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={danger ? 'danger' : 'primary'}
            disabled={blocked !== null || state.busy}
            title={blocked ?? undefined}
          >
            {state.busy ? <BusyIcon /> : null}
            {act}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface ModalProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly typeIn?: RefObject<HTMLElement | null> | undefined;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page. Mounted while it is open. */
export function Modal({ title, wide = false, typeIn, onClose, children }: ModalProps) {
  // Opened a moment after it is mounted, so that focus comes back to what opened it.
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(true), []);
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={`dialog ${wide ? 'wide' : ''}`} initialFocus={typeIn}>
          <Dialog.Title className="dialog-title">{title}</Dialog.Title>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
