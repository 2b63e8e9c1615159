/** Three brokers under measurement, each a controller too, whose addresses stay the same over their starts. */
export interface ClusterSide {
  readonly name: string;
  /** `host:port,...` of all. */
  readonly bootstrap: string;
  /** Makes new data folders in place of what was there; nothing is running. */
  prepare(): void;
  /** Starts all; resolves when their processes are there, ready or not. */
  start(): Promise<RunningCluster>;
  /** Removes what was left. */
  close(): void;
}

export interface RunningCluster {
  readonly bootstrap: string;
  /** Of those that run. */
  pids(): readonly number[];
  /** SIGKILL. */
  kill(nodeId: number): Promise<void>;
  /** Starts one again that was killed. */
  resume(nodeId: number): Promise<void>;
  stop(): Promise<void>;
}

export const CLUSTER_SIZE = 3;
