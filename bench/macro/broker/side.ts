/** A broker under measurement, whose address stays the same over its starts. */
export interface BrokerSide {
  readonly name: string;
  /** `host:port`. */
  readonly bootstrap: string;
  /** Makes a new data folder in place of what was there; the broker is not running. */
  prepare(): void;
  /** Resolves when it takes connections. */
  start(): Promise<RunningBroker>;
  /** Removes what was left. */
  close(): void;
}

export interface RunningBroker {
  readonly bootstrap: string;
  readonly pid: number;
  stop(): Promise<void>;
}
