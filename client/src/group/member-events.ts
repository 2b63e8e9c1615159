/** Why a request was not answered, or how: Kafka's error name, or a network error's code, with the error to show. */
export interface Failure {
  readonly code: string;
  readonly retriable: boolean;
  readonly error: Error;
}

export interface JoinResult {
  readonly generationId: number;
  readonly memberId: string;
  readonly leaderId: string;
  readonly protocol: string;
  /** The leader of a static group that came back: the assignment stands (KIP-814). */
  readonly skipAssignment: boolean;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Buffer;
  }[];
}

export type Assignments = ReadonlyMap<string, Buffer>;

/** What the core is told. */
export type MemberEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'coordinatorFound' }
  | { readonly kind: 'coordinatorFailed'; readonly failure: Failure }
  /** `memberId`: the one given with MEMBER_ID_REQUIRED. */
  | { readonly kind: 'joinFailed'; readonly failure: Failure; readonly memberId: string }
  | { readonly kind: 'joined'; readonly result: JoinResult }
  | { readonly kind: 'syncFailed'; readonly failure: Failure }
  | { readonly kind: 'synced'; readonly assignment: Buffer }
  | {
      readonly kind: 'heartbeatAnswered';
      readonly generationId: number;
      readonly sentMs: number;
      readonly failure: Failure | null;
    }
  | { readonly kind: 'commitRefused'; readonly generationId: number; readonly failure: Failure }
  | { readonly kind: 'assigned'; readonly assignments: Assignments | null }
  | { readonly kind: 'callbackEnded' }
  | { readonly kind: 'rejoinRequested'; readonly reason: string }
  | { readonly kind: 'tick' }
  | { readonly kind: 'close' }
  | { readonly kind: 'left' };

/** What the core wants done, in this order. Each `call…` is answered by `callbackEnded`, `callAssign` by `assigned`. */
export type MemberEffect =
  | { readonly kind: 'findCoordinator' }
  | { readonly kind: 'sendJoin'; readonly memberId: string; readonly reason: string }
  | { readonly kind: 'sendSync'; readonly protocol: string; readonly assignments: Assignments }
  | { readonly kind: 'sendHeartbeat'; readonly generationId: number }
  | { readonly kind: 'sendLeave'; readonly memberId: string }
  | { readonly kind: 'callRejoining' }
  | { readonly kind: 'callAssign'; readonly result: JoinResult }
  | { readonly kind: 'callJoined'; readonly result: JoinResult; readonly assignment: Buffer }
  | { readonly kind: 'callLost'; readonly reason: Error }
  | { readonly kind: 'closed' };
