import type { Uuid } from '@millrace/foundation/types';
import type { BrokerEndpoint, BrokerImage, MetadataImage } from '../metadata/image.ts';
import { brokerRecord } from '../metadata/record-builders.ts';
import { FENCE, type MetadataRecord, UNFENCE } from '../metadata/records.ts';
import type { Refusal } from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';
import type { SupportedFeature } from './features.ts';
import { changesWith, changesWithout } from './partition-changes.ts';
import { unfitRegistration } from './registration.ts';

export interface RegisterBrokerCommand {
  readonly brokerId: number;
  /** New at each start of the process. */
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
  /** Of the registration whose process closed the data folder in order; -1 where the last one did not. */
  readonly previousEpoch: number;
  /** The levels of each feature that it can work with. */
  readonly features: readonly SupportedFeature[];
  /** Whether the last incarnation may still be alive: it was heard of within its session. */
  readonly isHeard: boolean;
}

export type RegisterBrokerResult = { readonly error: null; readonly epoch: number } | Refusal;

/**
 * BrokerRegistration: the broker is known and fenced from then on. An earlier incarnation is dead by that, so it leads nothing
 * and is in sync nowhere, but where it was the last one. It stays eligible only where it shows that this very registration ended
 * in order (KIP-966): what its disk lost may not be taken for what is committed.
 */
export function registerBroker(
  input: DecisionInput,
  command: RegisterBrokerCommand,
): Decision<RegisterBrokerResult> {
  const { brokerId, isHeard, previousEpoch, features: _, ...rest } = command;
  const before = input.image.brokers.get(brokerId);
  if (before?.incarnationId === command.incarnationId)
    return { records: [], response: { error: null, epoch: before.epoch } };
  const folders = new Set(command.logDirs);
  // One folder has one process: who has the folder of the other has outlived it.
  const isSameFolder = before?.logDirs.some((id) => folders.has(id)) === true;
  if (before !== undefined && !before.fenced && isHeard && !isSameFolder) {
    const message = `Another broker ${brokerId} is alive, with another data folder.`;
    return { records: [], response: { error: 'DUPLICATE_BROKER_REGISTRATION', message } };
  }
  const unfit = unfitRegistration(input.image, command);
  if (unfit !== null) return { records: [], response: unfit };
  const epoch = input.nextOffset;
  const endedInOrder = before !== undefined && before.epoch === previousEpoch;
  const records: MetadataRecord[] = [
    brokerRecord({ id: brokerId, epoch, fenced: true, inControlledShutdown: false, ...rest }),
    ...changesWithout(input, brokerId, { mayLackItsEnd: !endedInOrder }),
  ];
  return { records, response: { error: null, epoch } };
}

/** What a broker wishes with its sign of life. */
export interface BrokerHeartbeatCommand {
  readonly brokerId: number;
  readonly epoch: number;
  /** It has replayed the metadata up to and with this offset. */
  readonly metadataOffset: number;
  readonly wantsFence: boolean;
  readonly wantsShutdown: boolean;
}

export type BrokerHeartbeatResult =
  | {
      readonly error: null;
      readonly isCaughtUp: boolean;
      readonly isFenced: boolean;
      readonly shouldShutDown: boolean;
    }
  | Refusal;

/** BrokerHeartbeat (KIP-631): who has caught up may serve, who wants to go hands over what it leads first. */
export function heartbeatBroker(
  input: DecisionInput,
  command: BrokerHeartbeatCommand,
): Decision<BrokerHeartbeatResult> {
  const broker = input.image.brokers.get(command.brokerId);
  const refusal = registrationRefusal(broker, command);
  if (!broker || refusal) return { records: [], response: refusal ?? neverRegistered(command.brokerId) };
  const isCaughtUp = command.metadataOffset >= broker.epoch;
  const is = { error: null, isCaughtUp, isFenced: broker.fenced, shouldShutDown: false } as const;
  if (command.wantsShutdown) {
    const mayGo = broker.fenced || command.wantsFence || !leadsAny(input.image, broker.id);
    // Nobody has to wait for what it follows, either.
    if (mayGo)
      return {
        records: broker.fenced ? [] : fenced(input, broker),
        response: { ...is, isFenced: true, shouldShutDown: true },
      };
    if (broker.inControlledShutdown) return { records: [], response: is };
    const records = [changeRecord(broker, 0, true), ...changesWithout(input, broker.id)];
    return { records, response: is };
  }
  if (broker.fenced && !command.wantsFence && isCaughtUp)
    return { records: unfenced(input, broker), response: { ...is, isFenced: false } };
  if (!broker.fenced && command.wantsFence)
    return { records: fenced(input, broker), response: { ...is, isFenced: true } };
  return { records: [], response: is };
}

/** A broker was not heard of for a session: it serves nobody until it comes back. */
export function fenceBroker(input: DecisionInput, brokerId: number): Decision<null> {
  const broker = input.image.brokers.get(brokerId);
  const records = broker === undefined || broker.fenced ? [] : fenced(input, broker);
  return { records, response: null };
}

/** UnregisterBroker: a broker that is gone for good is forgotten. */
export function unregisterBroker(
  input: DecisionInput,
  brokerId: number,
): Decision<{ readonly error: null } | Refusal> {
  const broker = input.image.brokers.get(brokerId);
  if (!broker) {
    const message = `There is no broker ${brokerId}.`;
    return { records: [], response: { error: 'BROKER_ID_NOT_REGISTERED', message } };
  }
  const records: MetadataRecord[] = [
    ...changesWithout(input, brokerId),
    { kind: 'UnregisterBrokerRecord', value: { brokerId, brokerEpoch: broker.epoch } },
  ];
  return { records, response: { error: null } };
}

/** @returns why the caller is not the broker that is registered, or null */
export function registrationRefusal(
  broker: BrokerImage | undefined,
  { brokerId, epoch }: { readonly brokerId: number; readonly epoch: number },
): Refusal | null {
  if (!broker) return neverRegistered(brokerId);
  if (broker.epoch === epoch) return null;
  return {
    error: 'STALE_BROKER_EPOCH',
    message: `Broker ${brokerId} is registered in epoch ${broker.epoch}, not ${epoch}.`,
  };
}

/** A registration that is no more is an older one, as in Kafka. */
function neverRegistered(brokerId: number): Refusal {
  return { error: 'STALE_BROKER_EPOCH', message: `There is no broker ${brokerId}.` };
}

function unfenced(input: DecisionInput, broker: BrokerImage): readonly MetadataRecord[] {
  return [changeRecord(broker, UNFENCE, false), ...changesWith(input, broker.id)];
}

function fenced(input: DecisionInput, broker: BrokerImage): readonly MetadataRecord[] {
  return [changeRecord(broker, FENCE, false), ...changesWithout(input, broker.id)];
}

function changeRecord(broker: BrokerImage, fence: number, isShuttingDown: boolean): MetadataRecord {
  return {
    kind: 'BrokerRegistrationChangeRecord',
    value: {
      brokerId: broker.id,
      brokerEpoch: broker.epoch,
      fenced: fence,
      inControlledShutdown: isShuttingDown ? 1 : 0,
      logDirs: broker.logDirs,
      cordonedLogDirs: null,
    },
  };
}

function leadsAny(image: MetadataImage, brokerId: number): boolean {
  for (const topic of image.topicsById.values())
    if (topic.partitions.some(({ leader }) => leader === brokerId)) return true;
  return false;
}
