import pino from 'pino';

/** A structured logger: a constant message, facts in the object. */
export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level?: string;
  /** Where lines go; standard error where it is not given, so that standard output stays for answers. */
  readonly destination?: pino.DestinationStream;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  return pino(
    { level: options.level ?? 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

/** A logger that says nothing, for tests and for libraries used without one. */
export const silentLogger: Logger = pino({ level: 'silent' });
