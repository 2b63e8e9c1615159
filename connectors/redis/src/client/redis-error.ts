import { type ErrorClass, isMillraceError, MillraceError } from '@millrace/sdk';

interface Known {
  readonly class: ErrorClass;
  readonly code: string;
  readonly hint?: string;
}

const loginRefused: Known = {
  class: 'auth',
  code: 'REDIS_LOGIN_REFUSED',
  hint: 'Correct connection.user and connection.password, or those in connection.uri.',
};
const notNow: Known = { class: 'transient', code: 'REDIS_NOT_NOW' };

/** The first word of the server's answer, and what it means for a pipeline. */
const answers: Readonly<Record<string, Known>> = {
  WRONGPASS: loginRefused,
  NOAUTH: loginRefused,
  NOPERM: {
    class: 'auth',
    code: 'REDIS_RIGHT_MISSING',
    hint: 'Give the user the command or the key that the message names (ACL SETUSER).',
  },
  WRONGTYPE: {
    class: 'poison',
    code: 'REDIS_WRONG_TYPE',
    hint: 'The key holds a value of another type: choose other keys, or remove it.',
  },
  OOM: {
    class: 'throttled',
    code: 'REDIS_OUT_OF_MEMORY',
    hint: 'Give the server more memory (maxmemory), or let keys expire.',
  },
  MISCONF: {
    class: 'throttled',
    code: 'REDIS_CANNOT_PERSIST',
    hint: 'Mend what the server’s log says about its disk.',
  },
  LOADING: notNow,
  BUSY: notNow,
  READONLY: notNow,
  MASTERDOWN: notNow,
  NOREPLICAS: notNow,
  TRYAGAIN: notNow,
  CLUSTERDOWN: notNow,
  UNBLOCKED: notNow,
  MOVED: {
    class: 'config',
    code: 'REDIS_IS_A_CLUSTER',
    hint: 'Name a server that is no part of a Redis Cluster: clusters are not supported.',
  },
  FENCED: {
    class: 'transient',
    code: 'REDIS_TASK_FENCED',
    hint: 'Nothing to do: another task has taken the partition over.',
  },
};

const refused: Known = {
  class: 'config',
  code: 'REDIS_REQUEST_REFUSED',
  hint: 'Correct what the message names, in the configuration or on the server.',
};

const unreachable: Known = {
  class: 'transient',
  code: 'REDIS_UNREACHABLE',
  hint: 'Check that the server runs, that host and port of connection.uri are right, and that TLS is on at both ends or at none.',
};

const silent: Known = {
  class: 'transient',
  code: 'REDIS_SILENT',
  hint: 'Check that the server answers, and that nothing on the way drops connections; request.timeout.ms says how long an answer may take.',
};

/**
 * A failure of the driver or the server as a typed error: lost connections are transient, refused logins and rights auth, a full
 * server throttled, values that don’t fit their key poison, everything that asks for another configuration config.
 * @param path the config key at fault where it is one of connecting
 */
export function toRedisError(error: unknown, doing: string, path = 'connection.uri'): MillraceError {
  if (isMillraceError(error)) return error;
  const refusal = refusalWithin(error);
  if (refusal !== null) return toRedisError(refusal, doing, path);
  const known = recognise(error);
  return new MillraceError(`${doing} failed: ${messageOf(error)}`, {
    ...known,
    ...((known.class === 'auth' || known.code === unreachable.code) && { path }),
    cause: bare(error),
  });
}

/** What the server answered, typed; it comes as a text from within a script. */
export const answerError = (answer: string, doing: string, path?: string): MillraceError =>
  toRedisError(Object.assign(new Error(answer), { name: 'ReplyError' }), doing, path);

/** The first word of what the server answered; null where the failure is not the server's. */
export function answerOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  return /^[A-Z]+/.exec(error.message)?.[0] ?? '';
}

/** A transaction fails as a whole; what it failed for is what was answered to one of its commands. */
function refusalWithin(error: unknown): unknown {
  if (answerOf(error) !== 'EXECABORT') return null;
  const { previousErrors } = error as { previousErrors?: readonly unknown[] };
  return previousErrors?.[0] ?? null;
}

function recognise(error: unknown): Known {
  const answer = answerOf(error);
  if (answer === null) {
    if (error instanceof TypeError || error instanceof RangeError)
      return { class: 'bug', code: 'REDIS_CONNECTOR_BUG' };
    return isSilence(error) ? silent : unreachable;
  }
  if (/max number of clients/i.test((error as Error).message)) return notNow;
  // A script's commands are answered in other words.
  if (/user executing the script can't/i.test((error as Error).message)) return answers.NOPERM ?? refused;
  return answers[answer] ?? refused;
}

/** Whether an answer did not come in time: the driver's words for it. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Error && /^(?:Command timed out|Socket timeout\b)/.test(error.message);

/** The server repeats arguments of what it does not know, and those are not for logs. */
function messageOf(error: unknown): string {
  if (isSilence(error)) return 'the server gave no answer in time.';
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.replace(/, with args beginning with:.*$/s, '');
}

/** Without the command, which the driver adds with all its arguments, passwords and values among them. */
function bare(error: unknown): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return cause;
}
