import type { Outcome } from '@wherry/protocol';

/** The workflow asks for files and is told what came; it knows neither network nor disk, so that whatever plays them can be hostile. */
export interface FileRequest {
  /** Relative to where the repository's metadata is served. */
  readonly name: string;
  readonly mostBytes: number;
}

/** Null: there is no such file. */
export type FileAnswer = Outcome<Uint8Array | null>;

export type Steps<T> = Generator<FileRequest, T, FileAnswer>;

/** Runs a workflow over answers that are there at once: a disk, a fixture. */
export function runSteps<T>(steps: Steps<T>, answer: (request: FileRequest) => FileAnswer): T {
  let next = steps.next();
  while (!next.done) next = steps.next(answer(next.value));
  return next.value;
}
