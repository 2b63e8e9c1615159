import type { Message } from '@millrace/rest-api/contract';
import { readMessages } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { AsCommand } from '../../components/as-command.tsx';
import { BytesPart } from '../../components/bytes-part.tsx';
import { Drawer } from '../../components/drawer.tsx';
import { InlineValue } from '../../components/json-text.tsx';
import { ProduceDialog } from '../../components/produce-dialog.tsx';
import { absolute } from '../../format/times.ts';
import { Link } from '../../router.tsx';

interface MessageDrawerProps {
  readonly topic: string;
  readonly message: Message;
  readonly onClose: () => void;
}

/** One message in full: key, value, headers, and where it came from. */
export function MessageDrawer({ topic, message, onClose }: MessageDrawerProps) {
  const [sending, setSending] = useState(false);
  const { partition, offset } = message;
  const connector = message.headers.find(({ key }) => key === '__connect.errors.connector.name')?.value.text;
  const asked = ask(readMessages, {
    params: { topic },
    query: { from: 'offset', partition, offset, limit: 1 },
  });
  return (
    <Drawer
      label={`Message ${offset} of ${topic}`}
      title={`Message ${offset}`}
      acts={
        <>
          <button type="button" onClick={() => setSending(true)}>
            Send again…
          </button>
          <AsCommand acts={[{ label: 'Read it', asked }]} />
        </>
      }
      onClose={onClose}
    >
      <dl className="facts-list">
        <dt>Topic</dt>
        <dd>{topic}</dd>
        <dt>Partition</dt>
        <dd>{partition}</dd>
        <dt>Offset</dt>
        <dd>{offset}</dd>
        <dt>Time</dt>
        <dd>{absolute(message.timestamp)}</dd>
        {connector === undefined ? null : (
          <>
            <dt>Dead letter of</dt>
            <dd>
              <Link to={{ page: 'connector', name: connector, tab: 'dead-letters' }}>{connector}</Link>
            </dd>
          </>
        )}
      </dl>
      <BytesPart title="Key" value={message.key} />
      <BytesPart title="Value" value={message.value} />
      <Headers headers={message.headers} />
      {sending ? <ProduceDialog topic={topic} like={message} onClose={() => setSending(false)} /> : null}
    </Drawer>
  );
}

function Headers({ headers }: Pick<Message, 'headers'>) {
  if (headers.length === 0) return null;
  return (
    <div>
      <h3>Headers</h3>
      <dl className="facts-list mono">
        {headers.map((header, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: header keys may repeat, and their order is theirs.
          <div key={index} className="fact">
            <dt>{header.key}</dt>
            <dd>
              <InlineValue value={header.value} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
