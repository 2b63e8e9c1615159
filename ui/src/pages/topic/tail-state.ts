import type { Message, TailEvent } from '@millrace/rest-api/contract';

/** What a live tail has brought so far. */
export interface TailState {
  /** Newest first. */
  readonly messages: readonly Message[];
  /** What the last seconds brought, for the rates. */
  readonly marks: readonly { readonly atMs: number; readonly seen: number; readonly matched: number }[];
  /** When it began, or was begun again. */
  readonly sinceMs: number;
  /** Whether what comes is not shown for now. */
  readonly frozen: boolean;
  /** Messages that came since it was frozen. */
  readonly unseen: number;
  /** Not shown because there are too many: as the server counts them, and what did not fit in here. */
  readonly dropped: { readonly server: number; readonly before: number; readonly here: number };
  /** How often the connection broke off: what came meanwhile is not here. */
  readonly breaks: number;
  readonly problem: string | null;
}

export type TailStep =
  | { readonly kind: 'began'; readonly atMs: number }
  | { readonly kind: 'messages'; readonly atMs: number; readonly event: TailEvent }
  | { readonly kind: 'frozen'; readonly frozen: boolean }
  | { readonly kind: 'broke'; readonly problem: string }
  | { readonly kind: 'forgotten' };

/** So many of the newest stay in sight. */
export const TAIL_KEPT_MAX = 500;
/** Rates are those of so long, ms. */
const WINDOW_MS = 5_000;

export const NO_TAIL: TailState = {
  messages: [],
  marks: [],
  sinceMs: 0,
  frozen: false,
  unseen: 0,
  dropped: { server: 0, before: 0, here: 0 },
  breaks: 0,
  problem: null,
};

export function tailAfter(state: TailState, step: TailStep): TailState {
  switch (step.kind) {
    case 'forgotten':
      return { ...NO_TAIL, frozen: state.frozen };
    case 'began': {
      // The server counts anew.
      const { server, before, here } = state.dropped;
      return {
        ...state,
        ...{ sinceMs: step.atMs, marks: [], problem: null },
        dropped: { server: 0, before: before + server, here },
      };
    }
    case 'frozen':
      return { ...state, frozen: step.frozen, unseen: 0 };
    case 'broke':
      return { ...state, problem: step.problem, breaks: state.breaks + (state.problem === null ? 1 : 0) };
    case 'messages':
      return withMessages(state, step);
  }
}

function withMessages(state: TailState, { atMs, event }: Extract<TailStep, { kind: 'messages' }>): TailState {
  const unseen = state.frozen ? state.unseen + event.messages.length : 0;
  // Of what came while it was frozen, only the newest is still here when it goes on.
  const lost = Math.max(0, unseen - TAIL_KEPT_MAX) - Math.max(0, state.unseen - TAIL_KEPT_MAX);
  return {
    ...state,
    messages: [...event.messages.toReversed(), ...state.messages].slice(0, TAIL_KEPT_MAX),
    marks: [
      ...state.marks.filter((mark) => mark.atMs > atMs - WINDOW_MS),
      { atMs, seen: event.seen, matched: event.matched },
    ],
    unseen,
    dropped: {
      ...state.dropped,
      server: event.dropped,
      here: state.dropped.here + (state.frozen ? Math.max(0, lost) : 0),
    },
    problem: null,
  };
}

/** Messages per second over the last seconds, and those of them that the filter lets through. */
export function tailRates(
  { marks, sinceMs }: TailState,
  nowMs: number,
): { readonly seen: number; readonly matched: number } {
  const fresh = marks.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
  const seconds = Math.min(WINDOW_MS, Math.max(nowMs - sinceMs, 1_000)) / 1_000;
  const sum = (of: (mark: TailState['marks'][number]) => number) =>
    fresh.reduce((total, mark) => total + of(mark), 0) / seconds;
  return { seen: sum(({ seen }) => seen), matched: sum(({ matched }) => matched) };
}

/** All that is not shown, since the tail began. */
export function droppedOf({ dropped }: TailState): number {
  return dropped.server + dropped.before + dropped.here;
}
