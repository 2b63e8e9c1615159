/** How many causes a trace follows. */
const CAUSES_MAX = 5;

/** Kafka Connect's `trace`: the error with its causes, for people. */
export function traceOf(error: Error): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error && lines.length < CAUSES_MAX; at = at.cause) {
    lines.push(lines.length === 0 ? (at.stack ?? at.message) : `Caused by: ${at.stack ?? at.message}`);
  }
  return lines.join('\n');
}
