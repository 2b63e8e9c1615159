import type { Decoded, Message } from '@millrace/rest-api/contract';
import { useEffect, useRef, useState } from 'react';
import { bytes } from '../format/numbers.ts';
import { absolute } from '../format/times.ts';
import { CloseIcon } from './icons.tsx';
import { BlockValue, InlineValue } from './json-text.tsx';

interface MessageDrawerProps {
  readonly topic: string;
  readonly message: Message;
  readonly onClose: () => void;
}

/** One message in full, at the right, over the table that it is from. */
export function MessageDrawer({ topic, message, onClose }: MessageDrawerProps) {
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    closer.current?.focus();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  return (
    <aside className="drawer" aria-label={`Message ${message.offset} of ${topic}`}>
      <header>
        <h2>Message {message.offset}</h2>
        <button
          type="button"
          className="plain icon"
          ref={closer}
          onClick={onClose}
          aria-label="Close"
          title="Close (Esc)"
        >
          <CloseIcon />
        </button>
      </header>
      <div className="content">
        <dl className="facts-list">
          <dt>Topic</dt>
          <dd>{topic}</dd>
          <dt>Partition</dt>
          <dd>{message.partition}</dd>
          <dt>Offset</dt>
          <dd>{message.offset}</dd>
          <dt>Time</dt>
          <dd>{absolute(message.timestamp)}</dd>
        </dl>
        <Part title="Key" value={message.key} />
        <Part title="Value" value={message.value} />
        <Headers headers={message.headers} />
      </div>
    </aside>
  );
}

function Part({ title, value }: { readonly title: string; readonly value: Decoded }) {
  return (
    <div>
      <h3>
        {title}
        <span className="small faint">
          {value.encoding === 'null' ? '' : `${value.encoding}, ${bytes(value.sizeBytes)}`}
        </span>
        {value.encoding === 'null' ? null : <CopyButton text={value.text} what={title.toLowerCase()} />}
      </h3>
      <BlockValue value={value} />
    </div>
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
          <div key={index} style={{ display: 'contents' }}>
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

function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
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
