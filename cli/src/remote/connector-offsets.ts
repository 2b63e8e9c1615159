import * as contract from '@millrace/rest-api/contract';
import { type Asked, nameAt, type RemoteCommand, wrongUse } from './remote-command.ts';
import { table } from './table.ts';

const paramsOf = (asked: Asked) => ({ connector: nameAt(asked, 0, 'The name of the connector') });

/** Where a connector stands, and the ways to move it. */
export const connectorOffsets: RemoteCommand = {
  offsets: {
    takes: 'NAME',
    does: 'where it stands',
    async run(asked) {
      const { offsets } = await asked.api.call(contract.getConnectorOffsets, { params: paramsOf(asked) });
      asked.print(offsets, () =>
        table(
          ['partition', 'offset'],
          offsets.map(({ partition, offset }) => [JSON.stringify(partition), JSON.stringify(offset)]),
        ),
      );
    },
  },
  'set-offsets': {
    takes: 'NAME JSON',
    does: 'moves it while it is stopped: [{"partition": {…}, "offset": {…}}], as `offsets --json` prints it',
    async run(asked) {
      const body = { offsets: offsetsOf(nameAt(asked, 1, 'The list of offsets')) };
      const done = await asked.api.call(contract.alterConnectorOffsets, { params: paramsOf(asked), body });
      asked.print(done, () => done.message);
    },
  },
  'reset-offsets': {
    takes: 'NAME',
    does: 'takes it back to the beginning while it is stopped',
    async run(asked) {
      const done = await asked.api.call(contract.resetConnectorOffsets, { params: paramsOf(asked) });
      asked.print(done, () => done.message);
    },
  },
};

type Offsets = NonNullable<contract.BodyOf<typeof contract.alterConnectorOffsets>['offsets']>;

/** What is in the list is the worker's to judge. */
function offsetsOf(text: string): Offsets {
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return read as Offsets;
  } catch {
    // Told below.
  }
  throw wrongUse('The offsets are no JSON list.');
}
