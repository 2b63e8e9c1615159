/** What is done about a failure by itself, as the status topic and the REST API tell it. */
export interface RestartState {
  /** Restarts in a row since it last ran well. */
  readonly attempts: number;
  /** Wall time of the next one, ms since the epoch; null where there is none. */
  readonly next_at_ms: number | null;
  /** Why there is none. */
  readonly reason?: string;
}
