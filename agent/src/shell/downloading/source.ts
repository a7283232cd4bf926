import type { HttpAnswer } from '../../link/http-message.ts';

/**
 * Where a blob may be had, in the order in which they are asked: neighbours in the LAN, mirrors and
 * registries, the control plane. None but the
 * control plane learns who asks, and none is trusted: a blob is what its digest says, wherever it came from.
 */
export interface BlobSource {
  /** For people: "the peer http://…". */
  readonly name: string;
  /** Its bytes are not those of the link to the world. */
  readonly isLocal: boolean;
  /** How long it may be silent. */
  readonly idleMs: number;
  get(digest: string, options: SourceRequest): Promise<HttpAnswer>;
}

export interface SourceRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}
