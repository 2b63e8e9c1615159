import { useState } from 'react';
import { BytesPart } from '../../components/bytes-part.tsx';
import { Drawer } from '../../components/drawer.tsx';
import { ProduceDialog } from '../../components/produce-dialog.tsx';
import { absolute } from '../../format/times.ts';
import { Link } from '../../router.tsx';
import type { DeadLetter } from './dead-letters-tab.tsx';

/** How often a letter was sent again before it came here anew. */
export const timesBefore = (redrives: number) =>
  redrives === 1 ? 'once before' : `${redrives} times before`;

interface DeadLetterDrawerProps {
  readonly letter: DeadLetter;
  readonly config: Readonly<Record<string, string>>;
  readonly onRedrive: () => void;
  readonly onClose: () => void;
}

/** One dead letter in full: why, where from, and what can be done with it. */
export function DeadLetterDrawer({ letter, onRedrive, onClose }: DeadLetterDrawerProps) {
  const [editing, setEditing] = useState(false);
  const { origin } = letter;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Why', letter.message],
    ['What helps', letter.hint],
    ['Kind', letter.code === null ? null : `${letter.code} (${letter.class})`],
    ['Stage', letter.stage],
    ['Task', letter.task === null ? null : `${letter.connector ?? ''} ${letter.task}`],
    ['When', absolute(letter.timestamp)],
    [
      'Sent again',
      letter.redriven
        ? 'yes, since it came here'
        : letter.redrives === 0
          ? 'never'
          : timesBefore(letter.redrives),
    ],
  ];
  return (
    <Drawer
      label={`Dead letter ${letter.partition}/${letter.offset}`}
      title={`Dead letter ${letter.offset}`}
      acts={
        <>
          {origin === null ? null : (
            <button type="button" onClick={() => setEditing(true)}>
              Edit and send…
            </button>
          )}
          <button type="button" className="primary" onClick={onRedrive}>
            Send again…
          </button>
        </>
      }
      onClose={onClose}
    >
      <dl className="facts-list">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
        {origin === null ? null : (
          <div className="fact">
            <dt>Record</dt>
            <dd>
              <Link
                to={{ page: 'topic', name: origin.topic }}
                query={{
                  from: 'offset',
                  partition: String(origin.partition),
                  offset: String(origin.offset),
                  open: `${origin.partition}/${origin.offset}`,
                }}
              >
                {`${origin.topic}, partition ${origin.partition}, offset ${origin.offset}`}
              </Link>
            </dd>
          </div>
        )}
      </dl>
      <BytesPart title="Key" value={letter.key} />
      <BytesPart title="Value" value={letter.value} />
      {editing && origin !== null ? (
        <ProduceDialog
          topic={origin.topic}
          like={{ key: letter.key, value: letter.value, headers: [], partition: origin.partition }}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </Drawer>
  );
}
