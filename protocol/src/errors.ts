import { type ErrorClass, isMillraceError, MillraceError } from '@millrace/foundation';

/** One row of the protocol's error table. */
export interface KafkaErrorRow {
  readonly name: ErrorName;
  /** int16 on the wire. */
  readonly code: number;
  /** Whether Kafka's own clients send the same request again. */
  readonly retriable: boolean;
  /** What a caller who cannot handle it by its name does about it. */
  readonly class: ErrorClass;
  readonly message: string;
}

/** Same request again may succeed. */
const R = true;
/** Same request again fails again; where the class is `transient`, a fresh start (rejoin, new epoch) helps. */
const F = false;

/** Every code of Apache Kafka 4.3: [code, retriable, class, message]. */
const table = {
  UNKNOWN_SERVER_ERROR: [-1, F, 'bug', 'The server failed in a way it has no code for.'],
  NONE: [0, F, 'bug', 'No error.'],
  OFFSET_OUT_OF_RANGE: [1, F, 'config', 'The log does not hold this offset.'],
  CORRUPT_MESSAGE: [2, R, 'poison', 'The batch failed its checksum or is malformed.'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, R, 'transient', 'This broker knows no such topic or partition.'],
  INVALID_FETCH_SIZE: [4, F, 'bug', 'The fetch size makes no sense.'],
  LEADER_NOT_AVAILABLE: [5, R, 'transient', 'The partition has no leader at the moment.'],
  NOT_LEADER_OR_FOLLOWER: [6, R, 'transient', 'The broker does not lead, or does not hold, this partition.'],
  REQUEST_TIMED_OUT: [7, R, 'transient', 'The request was not finished in its time.'],
  BROKER_NOT_AVAILABLE: [8, F, 'transient', 'The broker is not available.'],
  REPLICA_NOT_AVAILABLE: [9, R, 'transient', 'The replica is not available.'],
  MESSAGE_TOO_LARGE: [10, F, 'poison', 'The batch is larger than the broker accepts.'],
  STALE_CONTROLLER_EPOCH: [11, F, 'transient', 'Another controller has taken over.'],
  OFFSET_METADATA_TOO_LARGE: [12, F, 'config', 'The metadata of the committed offset is too long.'],
  NETWORK_EXCEPTION: [13, R, 'transient', 'The connection ended before the answer came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, R, 'transient', 'The coordinator is still loading its state.'],
  COORDINATOR_NOT_AVAILABLE: [15, R, 'transient', 'There is no coordinator at the moment.'],
  NOT_COORDINATOR: [16, R, 'transient', 'Another broker is the coordinator.'],
  INVALID_TOPIC_EXCEPTION: [17, F, 'config', "The topic's name or its use so is not allowed."],
  RECORD_LIST_TOO_LARGE: [18, F, 'poison', 'The batch is larger than a log segment.'],
  NOT_ENOUGH_REPLICAS: [19, R, 'transient', 'Fewer replicas are in sync than min.insync.replicas asks for.'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, R, 'transient', 'Written, but then too few replicas were in sync.'],
  INVALID_REQUIRED_ACKS: [21, F, 'config', 'acks must be 0, 1 or -1 (all).'],
  ILLEGAL_GENERATION: [22, F, 'transient', 'The group has moved on to another generation.'],
  INCONSISTENT_GROUP_PROTOCOL: [23, F, 'config', 'The member shares no protocol with the rest of the group.'],
  INVALID_GROUP_ID: [24, F, 'config', 'The group id is not allowed.'],
  UNKNOWN_MEMBER_ID: [25, F, 'transient', 'The group has no such member.'],
  INVALID_SESSION_TIMEOUT: [26, F, 'config', "The session timeout is outside the broker's limits."],
  REBALANCE_IN_PROGRESS: [27, F, 'transient', 'The group is rebalancing; the member has to rejoin.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, F, 'config', 'The offset commit is too large.'],
  TOPIC_AUTHORIZATION_FAILED: [29, F, 'auth', 'Not allowed on this topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, F, 'auth', 'Not allowed on this group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, F, 'auth', 'Not allowed on the cluster.'],
  INVALID_TIMESTAMP: [32, F, 'poison', "A record's timestamp is outside what the topic accepts."],
  UNSUPPORTED_SASL_MECHANISM: [33, F, 'auth', 'The broker does not offer this SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, F, 'auth', 'The request does not fit the state of authentication.'],
  UNSUPPORTED_VERSION: [35, F, 'config', 'The broker does not serve this version of the request.'],
  TOPIC_ALREADY_EXISTS: [36, F, 'config', 'A topic of this name exists.'],
  INVALID_PARTITIONS: [37, F, 'config', 'The number of partitions is not allowed.'],
  INVALID_REPLICATION_FACTOR: [38, F, 'config', 'The replication factor must be 1 to the number of brokers.'],
  INVALID_REPLICA_ASSIGNMENT: [39, F, 'config', 'The replica assignment is not valid.'],
  INVALID_CONFIG: [40, F, 'config', 'The configuration is not valid.'],
  NOT_CONTROLLER: [41, R, 'transient', 'This node is not the active controller.'],
  INVALID_REQUEST: [42, F, 'bug', 'The request contradicts the protocol.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, F, 'config', 'The record format does not allow this.'],
  POLICY_VIOLATION: [44, F, 'config', 'A policy of the cluster forbids the request.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, F, 'bug', "The producer's sequence number has a gap."],
  DUPLICATE_SEQUENCE_NUMBER: [46, F, 'bug', "The producer's sequence number was used before."],
  INVALID_PRODUCER_EPOCH: [47, F, 'transient', "The producer's epoch is outdated."],
  INVALID_TXN_STATE: [48, F, 'bug', "The transaction's state does not allow this."],
  INVALID_PRODUCER_ID_MAPPING: [49, F, 'transient', 'The producer id belongs to no such transactional id.'],
  INVALID_TRANSACTION_TIMEOUT: [50, F, 'config', 'The timeout is above transaction.max.timeout.ms.'],
  CONCURRENT_TRANSACTIONS: [51, R, 'transient', 'Another change of the same transaction is under way.'],
  TRANSACTION_COORDINATOR_FENCED: [52, F, 'transient', 'A newer transaction coordinator has taken over.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, F, 'auth', 'Not allowed to use this transactional id.'],
  SECURITY_DISABLED: [54, F, 'config', 'Security is switched off on this cluster.'],
  OPERATION_NOT_ATTEMPTED: [55, F, 'transient', 'Not tried, because another part of the request failed.'],
  KAFKA_STORAGE_ERROR: [56, R, 'transient', "The broker's disk failed."],
  LOG_DIR_NOT_FOUND: [57, F, 'config', 'The broker has no such log folder.'],
  SASL_AUTHENTICATION_FAILED: [58, F, 'auth', 'The credentials were not accepted.'],
  UNKNOWN_PRODUCER_ID: [59, F, 'transient', 'The broker has forgotten this producer id.'],
  REASSIGNMENT_IN_PROGRESS: [60, F, 'transient', 'A reassignment of the partition is under way.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, F, 'config', 'Delegation tokens are switched off.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, F, 'auth', 'There is no such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63, F, 'auth', 'The delegation token belongs to somebody else.'],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64, F, 'auth', 'This channel may not ask for delegation tokens.'],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, F, 'auth', 'Not allowed on this delegation token.'],
  DELEGATION_TOKEN_EXPIRED: [66, F, 'auth', 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, F, 'config', 'The type of the principal is not supported.'],
  NON_EMPTY_GROUP: [68, F, 'config', 'The group still has members.'],
  GROUP_ID_NOT_FOUND: [69, F, 'config', 'There is no such group.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, R, 'transient', 'The broker has no such fetch session.'],
  INVALID_FETCH_SESSION_EPOCH: [71, R, 'transient', 'The fetch session is at another epoch.'],
  LISTENER_NOT_FOUND: [72, R, 'transient', 'The leader has no listener of the name that was asked.'],
  TOPIC_DELETION_DISABLED: [73, F, 'config', 'Deleting topics is switched off.'],
  FENCED_LEADER_EPOCH: [74, R, 'transient', 'The leader epoch of the request is outdated.'],
  UNKNOWN_LEADER_EPOCH: [75, R, 'transient', "The leader epoch of the request is newer than the broker's."],
  UNSUPPORTED_COMPRESSION_TYPE: [76, F, 'config', 'The compression is not supported here.'],
  STALE_BROKER_EPOCH: [77, F, 'transient', 'The broker has registered anew since.'],
  OFFSET_NOT_AVAILABLE: [78, R, 'transient', 'The new leader does not know its high watermark yet.'],
  MEMBER_ID_REQUIRED: [79, F, 'transient', 'The member has to join again with the id it was given.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, R, 'transient', 'The preferred leader is not available.'],
  GROUP_MAX_SIZE_REACHED: [81, F, 'config', 'The group is full.'],
  FENCED_INSTANCE_ID: [82, F, 'config', 'Another member uses the same group.instance.id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, R, 'transient', 'No replica that may lead is available.'],
  ELECTION_NOT_NEEDED: [84, R, 'transient', 'The partition needs no election.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, F, 'config', 'No reassignment is under way.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, F, 'config', 'The group is subscribed to the topic.'],
  INVALID_RECORD: [87, F, 'poison', 'A record was refused.'],
  UNSTABLE_OFFSET_COMMIT: [88, R, 'transient', 'A transaction with offsets of the group is still open.'],
  THROTTLING_QUOTA_EXCEEDED: [89, R, 'throttled', 'The quota is used up.'],
  PRODUCER_FENCED: [90, F, 'transient', 'A newer producer uses the same transactional id.'],
  RESOURCE_NOT_FOUND: [91, F, 'config', 'There is no such resource.'],
  DUPLICATE_RESOURCE: [92, F, 'config', 'The request names a resource twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, F, 'config', 'The new credential is too weak or malformed.'],
  INCONSISTENT_VOTER_SET: [94, F, 'config', 'Sender or receiver is not among the expected voters.'],
  INVALID_UPDATE_VERSION: [95, F, 'transient', 'The update is based on another version.'],
  FEATURE_UPDATE_FAILED: [96, F, 'bug', 'The features could not be updated.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, F, 'bug', 'The principal of a forwarded request is unreadable.'],
  SNAPSHOT_NOT_FOUND: [98, F, 'transient', 'There is no such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, F, 'bug', 'The position is outside the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, R, 'transient', 'This broker knows no topic of this id.'],
  DUPLICATE_BROKER_REGISTRATION: [101, F, 'config', 'Another live broker has this id.'],
  BROKER_ID_NOT_REGISTERED: [102, F, 'config', 'No broker of this id is registered.'],
  INCONSISTENT_TOPIC_ID: [103, R, 'transient', 'The log belongs to a topic of another id.'],
  INCONSISTENT_CLUSTER_ID: [104, F, 'config', 'The node belongs to another cluster.'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, F, 'config', 'There is no such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, R, 'transient', 'The fetch session mixes topics with and without ids.'],
  INELIGIBLE_REPLICA: [107, F, 'transient', 'A replica of the new in-sync set may not be in it.'],
  NEW_LEADER_ELECTED: [108, F, 'transient', 'Done, but the leader has changed.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, F, 'transient', 'The offset is only in the remote tier.'],
  FENCED_MEMBER_EPOCH: [110, F, 'transient', 'The member has to give up its partitions and rejoin.'],
  UNRELEASED_INSTANCE_ID: [111, F, 'transient', 'Another member still holds the instance id.'],
  UNSUPPORTED_ASSIGNOR: [112, F, 'config', 'The group does not support this assignor.'],
  STALE_MEMBER_EPOCH: [113, F, 'transient', 'The member has to learn its new epoch first.'],
  MISMATCHED_ENDPOINT_TYPE: [114, F, 'config', 'The request went to an endpoint of the wrong type.'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, F, 'config', 'Endpoints of this type are not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, F, 'config', 'There is no controller of this id.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, F, 'transient', 'The telemetry subscription is unknown or outdated.'],
  TELEMETRY_TOO_LARGE: [118, F, 'config', 'The telemetry is larger than the broker accepts.'],
  INVALID_REGISTRATION: [119, F, 'config', 'The controller refused the registration.'],
  TRANSACTION_ABORTABLE: [120, F, 'transient', 'The transaction failed; abort it and begin anew.'],
  INVALID_RECORD_STATE: [121, F, 'transient', 'The record is no longer held for this acknowledgement.'],
  SHARE_SESSION_NOT_FOUND: [122, R, 'transient', 'The broker has no such share session.'],
  INVALID_SHARE_SESSION_EPOCH: [123, R, 'transient', 'The share session is at another epoch.'],
  FENCED_STATE_EPOCH: [124, F, 'transient', "The share group's state is at another epoch."],
  INVALID_VOTER_KEY: [125, F, 'config', "The voter's key is not this replica's."],
  DUPLICATE_VOTER: [126, F, 'config', 'The node is a voter already.'],
  VOTER_NOT_FOUND: [127, F, 'config', 'The node is not a voter.'],
  INVALID_REGULAR_EXPRESSION: [128, F, 'config', 'The regular expression is not valid.'],
  REBOOTSTRAP_REQUIRED: [129, F, 'transient', 'The client has to begin anew from its bootstrap servers.'],
  STREAMS_INVALID_TOPOLOGY: [130, F, 'config', 'The topology is not valid.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, F, 'config', "The topology's epoch is not valid."],
  STREAMS_TOPOLOGY_FENCED: [132, F, 'config', 'A newer topology has taken over.'],
  SHARE_SESSION_LIMIT_REACHED: [133, R, 'transient', 'The broker holds as many share sessions as it may.'],
} as const satisfies Record<string, readonly [number, boolean, ErrorClass, string]>;

/** The name of an error as Kafka spells it, e.g. `NOT_LEADER_OR_FOLLOWER`; cores answer with these. */
export type ErrorName = keyof typeof table;

/** All rows, by rising code. */
export const errorTable: readonly KafkaErrorRow[] = (Object.keys(table) as ErrorName[]).map((name) => {
  const [code, retriable, errorClass, message] = table[name];
  return { name, code, retriable, class: errorClass, message };
});

const rowsByCode = new Map(errorTable.map((row) => [row.code, row]));
const rowsByName = new Map<string, KafkaErrorRow>(errorTable.map((row) => [row.name, row]));

/** The row of a code from the wire; a code that is not known (a newer peer's) gives UNKNOWN_SERVER_ERROR's row. */
export function errorByCode(code: number): KafkaErrorRow {
  return rowsByCode.get(code) ?? errorByName('UNKNOWN_SERVER_ERROR');
}

export function errorByName(name: ErrorName): KafkaErrorRow {
  const row = rowsByName.get(name);
  if (row === undefined) throw new TypeError(`no Kafka error is called ${name}`);
  return row;
}

/** The code to put on the wire. */
export function errorCode(name: ErrorName): number {
  return table[name][0];
}

/**
 * A protocol error to throw where a value will not do: its code is Kafka's name, its class the table's.
 * `detail` takes the place of the table's sentence.
 */
export function kafkaError(name: ErrorName, detail?: string, cause?: unknown): MillraceError {
  const row = errorByName(name);
  return new MillraceError(detail ?? row.message, {
    code: name,
    class: row.class,
    facts: { kafkaCode: row.code, retriable: row.retriable },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether `error` is a protocol error: this one, or any where no name is given. */
export function isKafkaError(error: unknown, name?: ErrorName): error is MillraceError {
  if (!isMillraceError(error)) return false;
  return name === undefined ? rowsByName.has(error.code) : error.code === name;
}
