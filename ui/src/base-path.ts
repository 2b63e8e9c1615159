/**
 * Where the UI lives, with a slash at its end: `/ui/`, or `/tools/ui/` behind a proxy that serves it from a sub-path.
 * The server says it by the `<base>` of the page.
 */
export const BASE: string =
  typeof document === 'undefined' ? '/ui/' : new URL('.', document.baseURI).pathname;

/** What stands before the paths of the API: empty, or the sub-path of a proxy. */
export const API_PREFIX: string = BASE.replace(/\/ui\/$/, '');
