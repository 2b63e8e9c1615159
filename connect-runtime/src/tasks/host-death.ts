import { MillraceError } from '@millrace/foundation';

/** Why a task host ended without being asked to; a label of `millrace_connect_host_deaths_total`. */
export type DeathReason =
  | 'memory'
  | 'heap'
  | 'silence'
  | 'start'
  | 'stop'
  | 'call'
  | 'threw'
  | 'protocol'
  | 'orphaned'
  | 'exit';

/** The end of a task host as the error of each task that was in it, or of each question that was asked there. */
export class HostDeath {
  readonly reason: DeathReason;
  readonly error: MillraceError;
  /** Of a process in which plugins are asked: nothing starts again there by itself. */
  readonly errorOfQuestion: MillraceError;
  /** A signal that neither the worker nor the process itself had sent ended it: as the kernel does where memory is short, or a person. */
  readonly fromOutside: boolean;

  /** `what`: a predicate whose subject is the process. */
  constructor(reason: DeathReason, what: string, fromOutside = false) {
    const { code, next, hint } = TOLD[reason];
    this.reason = reason;
    this.fromOutside = fromOutside;
    this.error = new MillraceError(`The task's process ${what}.`, {
      ...{ code, class: 'transient', hint: [next, hint].filter((part) => part !== undefined).join(' ') },
    });
    this.errorOfQuestion = new MillraceError(`The process in which the plugin was asked ${what}.`, {
      ...{ code, class: 'transient', hint },
    });
  }
}

/** Exit code of a host that ended because its worker was silent. */
export const ORPHANED_EXIT_CODE = 71;

/** Of what was asked of a process that was killed because it did not answer another question. */
export const CALL_HUNG = 'PLUGIN_CALL_HUNG';

/** Of tasks whose process was killed because a plugin kept it busy. */
export const UNRESPONSIVE = 'TASK_HOST_UNRESPONSIVE';

const APART =
  'The task starts again by itself, in another process than most or all that it shared this one with.';
const AGAIN = 'The task starts again by itself.';

const TOLD: Record<DeathReason, { readonly code: string; readonly next?: string; readonly hint: string }> = {
  memory: {
    code: 'TASK_HOST_OUT_OF_MEMORY',
    next: APART,
    hint: 'If this repeats, the plugin keeps too much at once: smaller batches or records, or a larger task.host.memory.max.bytes.',
  },
  heap: {
    code: 'TASK_HOST_OUT_OF_HEAP',
    next: APART,
    hint: 'If this repeats, the plugin keeps too many objects: look for what it never lets go, or raise task.host.heap.max.bytes.',
  },
  silence: {
    code: UNRESPONSIVE,
    next: APART,
    hint: 'If this repeats, look in the plugin for a loop without an end, or a synchronous call that waits (task.host.silence.max.ms).',
  },
  start: {
    code: 'TASK_NOT_STARTED_IN_TIME',
    next: APART,
    hint: 'If this repeats, look at what the plugin does while it is loaded (plugin.call.timeout.ms).',
  },
  stop: {
    code: 'TASK_NOT_STOPPED_IN_TIME',
    next: AGAIN,
    hint: 'What did not stop should heed its signal and end what it waits for (task.shutdown.graceful.timeout.ms).',
  },
  call: {
    code: CALL_HUNG,
    hint: 'Look at what the plugin waits for: an address that does not answer, a lock, a loop (plugin.call.timeout.ms).',
  },
  threw: {
    code: 'PLUGIN_THREW_OUT_OF_BAND',
    next: APART,
    hint: 'The plugin must catch what its timers, events and unawaited promises throw; the trace says where.',
  },
  protocol: {
    code: 'PLUGIN_BROKE_PROTOCOL',
    next: APART,
    hint: 'A plugin must not write to the channel of its process (process.send).',
  },
  orphaned: {
    code: 'TASK_HOST_ORPHANED',
    next: AGAIN,
    hint: 'Look at what held the worker up: a suspended machine, memory that was swapped out, too little processor time (session.timeout.ms).',
  },
  exit: {
    code: 'TASK_HOST_ENDED',
    next: AGAIN,
    hint: 'If this repeats, look for process.exit in the plugin, or for who sends signals.',
  },
};
