import type { ErrorReport } from '@millrace/foundation';

/** How many causes a trace follows. */
const CAUSES_MAX = 5;
/** A plugin may put whole documents into its messages: what tells of a failure must fit into a record of the status topic, characters. */
const TRACE_MAX_CHARACTERS = 32_768;
const TEXT_MAX_CHARACTERS = 4_096;

/** Kafka Connect's `trace`: the error with its causes, for people. */
export function traceOf(error: Error): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error && lines.length < CAUSES_MAX; at = at.cause) {
    const stack = cut(at.stack ?? at.message, TRACE_MAX_CHARACTERS);
    lines.push(lines.length === 0 ? stack : `Caused by: ${stack}`);
  }
  return boundedTrace(lines.join('\n'));
}

export function boundedTrace(trace: string): string {
  return cut(trace, TRACE_MAX_CHARACTERS);
}

/** As much of a text as people read, of an error's message for instance. */
export function boundedText(text: string): string {
  return cut(text, TEXT_MAX_CHARACTERS);
}

/** The report with texts of a bounded length. */
export function boundedReport(report: ErrorReport): ErrorReport {
  const { message, hint } = report;
  return {
    ...report,
    message: boundedText(message),
    ...(hint === undefined ? {} : { hint: boundedText(hint) }),
  };
}

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}… (${text.length - maxCharacters} more characters)`;
}
