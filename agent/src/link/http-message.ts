/** What is asked and answered over HTTP, and how that fails. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `refuse` (the rule) makes a redirect an error, `answer` hands it over as an answer. */
  readonly redirect?: 'refuse' | 'answer';
  /** Ends the body too. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** To be read to its end, left early, or discarded. Rejects as the request does. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

/** No answer, or one that broke off. The message is the reason, the cause what Node said; codes of the disk are never on it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
}

/** A kept connection ended before the request was heard: it may be sent again. */
export class StaleConnection extends Error {}
