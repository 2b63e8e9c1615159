/** A group of Connect workers under measurement, on a broker that both sides share. */
export interface ConnectSide {
  readonly name: string;
  /** Starts worker `index` (0, 1); resolves when `GET /connectors` answers. */
  start(index: number): Promise<RunningWorker>;
  /** Ends all that runs and what was left. */
  close(): Promise<void>;
}

export interface RunningWorker {
  readonly url: string;
  readonly pid: number;
  /** From its start until `GET /connectors` answered 200. */
  readonly startSeconds: number;
  kill(): Promise<void>;
}
