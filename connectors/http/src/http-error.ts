import { MillraceError } from '@millrace/sdk';

/** An address as errors and logs show it: what stands behind the question mark may be secret. */
export function shownUrl(url: URL | string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** A request that got no answer, as a typed error. */
export function connectionError(error: unknown, url: URL): MillraceError {
  const code = codeOf(error);
  const reason = error instanceof Error && error.message !== '' ? error.message : code || 'no answer';
  // What a server sends that wants to know who asks, by the names of OpenSSL.
  if (
    /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|NO_CERTIFICATE|HANDSHAKE_FAILURE|ACCESS_DENIED)/.test(
      code,
    )
  )
    return new MillraceError(`${url.origin} does not take the client certificate, or misses one: ${code}.`, {
      code: 'HTTP_CERTIFICATE_REFUSED',
      class: 'auth',
      path: 'tls.certificate.path',
      hint: 'Give tls.certificate.path and tls.key.path a certificate that the server trusts.',
      cause: error,
    });
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code))
    return new MillraceError(`The certificate of ${url.origin} is not trusted: ${reason}.`, {
      code: 'HTTP_NOT_TRUSTED',
      class: 'config',
      path: 'url',
      hint: 'Correct the name in the address, or name the authority that signed it in tls.ca.path.',
      cause: error,
    });
  if (/ERR_SSL|EPROTO/.test(code))
    return new MillraceError(`${url.origin} and the connector can’t agree on encryption: ${code}.`, {
      code: 'HTTP_NOT_ENCRYPTED',
      class: 'config',
      path: 'url',
      hint: 'Look whether the server speaks TLS on this port, and in a version that Node.js speaks (1.2 or newer).',
      cause: error,
    });
  return new MillraceError(`${shownUrl(url)} gave no answer: ${reason}.`, {
    code: 'HTTP_NO_ANSWER',
    class: 'transient',
    path: 'url',
    hint: `Look whether the server runs and is reached from the worker${url.protocol === 'https:' ? ', and trusts the client certificate where it asks for one' : ''}; the task tries again by itself.`,
    cause: error,
  });
}

export function timeoutError(url: URL, timeoutMs: number): MillraceError {
  return new MillraceError(`${shownUrl(url)} gave no whole answer within ${timeoutMs} ms.`, {
    code: 'HTTP_TIMEOUT',
    class: 'transient',
    path: 'request.timeout.ms',
    hint: 'Ask for less at once, or give request.timeout.ms more; the task tries again by itself.',
  });
}

export function tooLargeError(url: URL, maxBytes: number): MillraceError {
  return new MillraceError(`The answer of ${shownUrl(url)} is larger than ${maxBytes} bytes.`, {
    code: 'HTTP_ANSWER_TOO_LARGE',
    class: 'config',
    path: 'response.max.bytes',
    hint: 'Ask for less at once (page.size), or allow more by response.max.bytes.',
  });
}

/** What a status says about the request; the words of the server are not repeated, since they may hold what was sent. */
export function statusError(status: number, url: URL): MillraceError {
  const message = `${shownUrl(url)} answered ${status}.`;
  if (status === 429)
    return new MillraceError(message, {
      code: 'HTTP_THROTTLED',
      class: 'throttled',
      hint: 'The server wants fewer requests: set max.requests.per.second. The task tries again by itself.',
    });
  if (status >= 500 || status === 408 || status === 425)
    return new MillraceError(message, {
      code: 'HTTP_SERVER_FAILED',
      class: 'transient',
      hint: 'Look at the server; the task tries again by itself.',
    });
  if (status === 401 || status === 403 || status === 407)
    return new MillraceError(message, {
      code: 'HTTP_NOT_ALLOWED',
      class: 'auth',
      path: 'auth.type',
      hint: 'Correct what auth.type needs, or give its user the right.',
    });
  if (status >= 300 && status < 400)
    return new MillraceError(`${shownUrl(url)} answered ${status}, a redirect that is not followed.`, {
      code: 'HTTP_REDIRECTED',
      class: 'config',
      path: 'redirects',
      hint: 'Give the address that it leads to as "url", or set "redirects".',
    });
  return new MillraceError(message, {
    code: 'HTTP_REFUSED',
    class: 'config',
    path: 'url',
    hint: 'Correct the address and what is sent to it.',
  });
}
