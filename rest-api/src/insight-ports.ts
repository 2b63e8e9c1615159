import type {
  ConfigVersion,
  DeadLetterPage,
  GuaranteesBody,
  PluginList,
  PluginRow,
  Preview,
  RedriveRow,
  SecretUseRow,
} from './contract/index.ts';
import type { ConnectorConfig } from './ports.ts';

/** What is told of connectors beyond Kafka Connect; the shapes are those of the contract. */
export interface ConnectorInsight {
  /**
   * @param name of a connector that exists, or of one that is only thought of
   * @param config null: the stored one
   * @throws {MillraceError} NOT_FOUND, INVALID_CONFIG, PREVIEWS_BUSY (class throttled), TASK_HOST_TIMEOUT (class transient)
   */
  preview(name: string, config: ConnectorConfig | null, limit: number): Promise<Preview>;
  /** @throws {MillraceError} NOT_FOUND */
  guarantees(connector: string): Promise<GuaranteesBody>;
  plugins(): Promise<{
    readonly plugins: readonly Omit<PluginRow, 'usedBy'>[];
    readonly failures: PluginList['failures'];
  }>;
  /** The configs that a connector had, oldest first; of one that was deleted too, and none of one that never was. */
  history(connector: string): Promise<readonly KeptConfig[]>;
  secretUses(): readonly SecretUseRow[];
  /** @throws {MillraceError} REBALANCE_IN_PROGRESS where another worker has to be asked */
  renewSecrets(): Promise<{ readonly renewed: number; readonly unreadable: readonly string[] }>;
}

export type KeptConfig = Omit<ConfigVersion, 'changes' | 'current'>;

/** Which dead letters: those at these places, those of one cause, or all that there are by now. */
export type RedriveSelection =
  | { readonly places: readonly { readonly partition: number; readonly offset: number }[] }
  | { readonly cause: string }
  | { readonly all: true };

/** What connectors could not process. All refuse with NOT_FOUND, and NO_DEAD_LETTER_TOPIC where none are kept. */
export interface DeadLetters {
  list(
    connector: string,
    request: {
      readonly limit: number;
      /** Records that are looked at, at most. */
      readonly scan: number;
      readonly before?: string;
      readonly cause?: string;
    },
  ): Promise<DeadLetterPage>;
  /** Begins it. @throws {MillraceError} REDRIVE_RUNS (class throttled), REBALANCE_IN_PROGRESS */
  redrive(connector: string, selection: RedriveSelection, recordsPerSecond: number): Promise<RedriveRow>;
  redrives(connector: string): Promise<readonly RedriveRow[]>;
  progress(connector: string, id: string): Promise<RedriveRow>;
  cancel(connector: string, id: string): Promise<RedriveRow>;
}
