/** As the broker logs a handler that threw (`broker/src/network/request-dispatch.ts`). */
const FAILED = /^.*"msg":"a request failed".*$/m;

/** The first line of a broker's log that tells of a handler that threw. */
export const failedRequest = (log: string): string | null => FAILED.exec(log)?.[0] ?? null;
