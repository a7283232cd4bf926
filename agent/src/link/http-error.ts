/** No answer, or one that broke off. The message is the reason, the cause what Node said; codes of the disk are never on it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
}

/** A kept connection ended before the request was heard: it may be sent again. */
export class StaleConnection extends Error {}
