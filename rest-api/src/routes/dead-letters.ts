import {
  type BodyOf,
  cancelRedrive,
  getRedrive,
  listDeadLetters,
  listRedrives,
  redriveDeadLetters,
} from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { DeadLetters, RedriveSelection } from '../insight-ports.ts';
import { accepted, ok } from '../reply.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_SCAN = 1_000;
const DEFAULT_RECORDS_PER_SECOND = 1_000;

export function deadLetterRoutes(doors: Doors, deadLetters: DeadLetters): void {
  doors.operation(listDeadLetters, async ({ params, query }) => {
    const { limit = DEFAULT_LIMIT, scan = DEFAULT_SCAN, before, cause } = query;
    const request = {
      ...{ limit, scan },
      ...(before === undefined ? {} : { before }),
      ...(cause === undefined ? {} : { cause }),
    };
    return ok(await deadLetters.list(params.connector, request));
  });
  doors.operation(redriveDeadLetters, async ({ params, body }) => {
    const { recordsPerSecond = DEFAULT_RECORDS_PER_SECOND } = body;
    return accepted(await deadLetters.redrive(params.connector, selectionOf(body), recordsPerSecond));
  });
  doors.operation(listRedrives, async ({ params }) => ok(await deadLetters.redrives(params.connector)));
  doors.operation(getRedrive, async ({ params }) =>
    ok(await deadLetters.progress(params.connector, params.redrive)),
  );
  doors.operation(cancelRedrive, async ({ params }) =>
    ok(await deadLetters.cancel(params.connector, params.redrive)),
  );
}

/** Sending all of them again must be said: an empty body is no wish. */
function selectionOf({ cause, letters, all }: BodyOf<typeof redriveDeadLetters>): RedriveSelection {
  const wishes = [cause !== undefined, letters !== undefined, all === true].filter(Boolean);
  if (wishes.length !== 1) {
    throw badRequest('Say which dead letters: one of "cause", "letters" and "all": true.', { path: 'cause' });
  }
  if (cause !== undefined) return { cause };
  return letters === undefined ? { all: true } : { places: letters };
}
