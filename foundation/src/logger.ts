import pino from 'pino';

/** A structured logger: a constant message, facts in the object. */
export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level?: string;
  /** Where lines go; standard error where it is not given, so that standard output stays for answers. */
  readonly destination?: pino.DestinationStream;
  /** Has the last word on each line, such as to take secrets out of it. */
  readonly rewrite?: (line: string) => string;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const { rewrite, destination = pino.destination({ fd: 2, sync: true }) } = options;
  return pino(
    { level: options.level ?? 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    rewrite ? { write: (line) => destination.write(rewrite(line)) } : destination,
  );
}

/** A logger that says nothing, for tests and for libraries used without one. */
export const silentLogger: Logger = pino({ level: 'silent' });
