import { redriveDeadLetters } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { counted } from '../../format/numbers.ts';

/** Which dead letters are to be sent again. */
export type RedriveOf =
  | { readonly cause: string }
  | { readonly letters: readonly { readonly partition: number; readonly offset: number }[] }
  | { readonly all: true };

interface RedriveDialogProps {
  readonly name: string;
  readonly of: RedriveOf;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const RATE = 100;

export function RedriveDialog({ name, of, onDone, onClose }: RedriveDialogProps) {
  const [rate, setRate] = useState(String(RATE));
  const recordsPerSecond = /^[1-9]\d{0,5}$/.test(rate) ? Number(rate) : null;
  const what =
    'all' in of
      ? 'all dead letters'
      : 'cause' in of
        ? 'all dead letters of this cause'
        : counted(of.letters.length, 'dead letter');
  return (
    <ConfirmDialog
      title={`Send ${what} again?`}
      act="Send again"
      asked={ask(redriveDeadLetters, {
        params: { connector: name },
        body: { ...of, ...(recordsPerSecond === null ? {} : { recordsPerSecond }) },
      })}
      disabled={recordsPerSecond === null ? 'The rate is a number from 1 to 999999' : null}
      onDone={onDone}
      onClose={onClose}
    >
      <p>
        They go through {name} as it is now, each once however often this is asked for. What fails again
        becomes a dead letter again.
      </p>
      <label className="field">
        <span>At most, records per second</span>
        <input
          type="text"
          inputMode="numeric"
          value={rate}
          onChange={(event) => setRate(event.target.value.trim())}
        />
      </label>
    </ConfirmDialog>
  );
}
