import { useCallback } from 'react';
import { KEYS, useKey } from '../keys.ts';
import { Modal } from './confirm-dialog.tsx';

/** The keys, by `?` or from the menu. */
export function KeysHelp(props: { readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  const { open, onOpen } = props;
  useKey(
    '?',
    useCallback(() => onOpen(true), [onOpen]),
  );
  if (!open) return null;
  return (
    <Modal title="Keys" onClose={() => onOpen(false)}>
      <dl className="facts-list keys">
        {KEYS.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-acts">
        <button type="button" onClick={() => onOpen(false)}>
          Close
        </button>
      </div>
    </Modal>
  );
}
