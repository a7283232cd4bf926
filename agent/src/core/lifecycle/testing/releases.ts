import type { ReleaseFacts } from '../state.ts';
import { digestAt, factsOf } from './states.ts';

/** Releases a, b, c … by their counter, each with a blob of its own. */
export const RELEASES = ['a', 'b', 'c', 'd'] as const;
export type ReleaseLetter = (typeof RELEASES)[number];

/** What becomes of one. */
export type Behaviour = 'good' | 'sick' | 'unmovable' | 'crashes' | 'refused' | 'tampered';

export const BLOB_BYTES = 1_000;

export function factsOfRelease(release: string): ReleaseFacts {
  const counter = RELEASES.findIndex((letter) => digestAt(letter) === release) + 1;
  const facts = factsOf(counter);
  const [wasm, container] = facts.variants;
  const artifact = { digest: blobOf(counter), sizeBytes: BLOB_BYTES };
  const swap = counter % 2 === 0 ? 'overlap' : 'restart';
  return { ...facts, swap, variants: [{ ...wasm, artifact }, container] } as ReleaseFacts;
}

/** The same of every blob. */
export function near(mayHave: boolean): Readonly<Record<string, boolean>> {
  return Object.fromEntries(RELEASES.map((_, at) => [blobOf(at + 1), mayHave]));
}

function blobOf(counter: number): string {
  return `sha256:${String(counter).repeat(64)}`;
}
