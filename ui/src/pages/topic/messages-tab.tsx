import type { Message } from '@millrace/rest-api/contract';
import { useCallback, useRef, useState } from 'react';
import { useNowMs } from '../../components/moment.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { compact, counted, exact } from '../../format/numbers.ts';
import { timeOfDay } from '../../format/times.ts';
import { useKey } from '../../keys.ts';
import { setInQuery, useInQuery } from '../../router.tsx';
import { type Look, useLook } from './look.ts';
import { MessageDrawer } from './message-drawer.tsx';
import { idOf, MessageTable } from './message-table.tsx';
import { SeekBar } from './seek-bar.tsx';
import { droppedOf, type TailState, tailRates } from './tail-state.ts';
import { type Found, useMessages } from './use-messages.ts';
import { useTail } from './use-tail.ts';

/** Messages from anywhere in the topic, or as they come. */
export function MessagesTab({
  name,
  partitions,
}: {
  readonly name: string;
  readonly partitions: number | null;
}) {
  const look = useLook();
  const [live] = useInQuery('live');
  const [openId, setOpenId] = useInQuery('open');
  const [frozen, setFrozen] = useState(false);
  const tailing = live !== '';
  const { found, alive, more, stop } = useMessages(name, look, frozen || tailing);
  const tail = useTail(name, look, tailing, frozen);
  const turn = useCallback(() => setFrozen((before) => !before), []);
  const close = useCallback(() => setOpenId(''), [setOpenId]);
  useKey('.', turn);
  // What is frozen stays as it was at that moment.
  const kept = useRef<readonly Message[] | null>(null);
  const current = tailing ? tail.messages : found.messages;
  if (!frozen || kept.current === null) kept.current = current;
  const shown = frozen ? kept.current : current;
  const open = openId === '' ? undefined : shown?.find((message) => idOf(message) === openId);
  if (found.messages === null && found.error !== null) return <Failure error={found.error} />;
  return (
    <>
      <SeekBar
        topic={name}
        look={look}
        partitions={partitions}
        live={tailing}
        frozen={frozen}
        onFreeze={turn}
      />
      {/* Live, the figures change each second: nothing to be read out each time. */}
      <p className="seek-status small quiet" role={tailing ? undefined : 'status'}>
        {tailing ? <TailStatus tail={tail} /> : foundText(found, look, alive, frozen)}
        {found.busy && look.filter.trim() !== '' && !tailing ? (
          <button type="button" className="plain" onClick={stop}>
            Stop looking
          </button>
        ) : null}
        {found.error === null || tailing ? null : (
          <span className="wrong-text">
            {found.error.message} {found.error.hint}
          </span>
        )}
      </p>
      {shown !== null && shown.length === 0 && !found.busy ? (
        <Nothing look={look} tailing={tailing} />
      ) : (
        <MessageTable
          messages={shown}
          selected={openId}
          dim={found.error !== null}
          onOpen={(message) => setInQuery({ open: idOf(message) })}
        />
      )}
      {tailing || found.next === null || shown?.length === 0 ? null : (
        <p className="below">
          <button type="button" onClick={more} disabled={found.busy}>
            {look.from === 'newest' ? 'Older messages' : 'Further messages'}
          </button>
          <span className="quiet"> {exact(found.left)} offsets left</span>
        </p>
      )}
      {open === undefined ? null : <MessageDrawer topic={name} message={open} onClose={close} />}
    </>
  );
}

function foundText(found: Found, look: Look, alive: boolean, frozen: boolean): string {
  const { messages, scanned, left, busy, asOfMs } = found;
  if (messages === null) return 'Reading…';
  if (look.filter.trim() !== '') {
    const progress = `${counted(messages.length, 'match', 'matches')}, ${exact(scanned)} records looked at`;
    return busy ? `${progress}, ${compact(left)} to go` : progress;
  }
  const words = counted(messages.length, 'message');
  const asOf = asOfMs === null ? '' : ` as of ${timeOfDay(asOfMs)}`;
  if (frozen) return `${words}, frozen${asOf}`;
  if (found.error !== null) return `${words}${asOf}`;
  if (!alive) return words;
  return messages.length === 0
    ? 'refreshed every second'
    : `the newest ${exact(messages.length)}, refreshed every second`;
}

function TailStatus({ tail }: { readonly tail: TailState }) {
  const rates = tailRates(tail, useNowMs());
  if (tail.problem !== null) return tail.problem;
  const parts = [
    `${tail.frozen ? 'Frozen' : 'Live'}: ${compact(rates.seen)}/s`,
    rates.matched === rates.seen ? null : `${compact(rates.matched)}/s match`,
    tail.unseen === 0 ? null : `${exact(tail.unseen)} came since`,
    `${exact(droppedOf(tail))} dropped`,
    tail.breaks === 0 ? null : `${counted(tail.breaks, 'gap')} where the connection broke off`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function Nothing({ look, tailing }: { readonly look: Look; readonly tailing: boolean }) {
  if (tailing)
    return (
      <Notice title="Waiting for messages">
        <p className="quiet">What is written from now on appears here.</p>
      </Notice>
    );
  if (look.filter.trim() !== '') {
    return (
      <Notice title="No message matches">
        <p className="quiet">
          A word is looked for in key, value and headers. Or write an expression, such as{' '}
          <code>{'value.total > 100 and key ~ "eu-"'}</code>.
        </p>
        <button type="button" onClick={() => setInQuery({ filter: null })}>
          Clear the filter
        </button>
      </Notice>
    );
  }
  return (
    <Notice
      title={
        look.from === 'newest' || look.from === 'oldest'
          ? 'Nothing in this topic yet'
          : 'Nothing from there on'
      }
    >
      <p className="quiet">Messages appear here as they are written.</p>
    </Notice>
  );
}
