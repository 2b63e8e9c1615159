import type { MillraceError } from '@millrace/foundation';

/**
 * Kafka Connect's `trace` for people: what happened, what to do, where, and only then the stack. Clients that know Kafka
 * Connect alone show this field and nothing else.
 */
export function traceText(error: MillraceError, stack: string): string {
  const { code, class: errorClass, hint, path, stage, record } = error.details;
  const where = [
    stage && `stage ${stage}`,
    path && `config key ${path}`,
    record && `record ${record.topic}-${record.partition}@${record.offset ?? '?'}`,
  ].filter(Boolean);
  return [
    `${error.message} [${[code, errorClass, ...where].join(', ')}]`,
    ...(hint ? [`Hint: ${hint}`] : []),
    ...(stack.includes('\n') ? [stack] : []),
  ].join('\n');
}
