import type { Readable } from 'node:stream';
import { DOCKER_LIMITS } from './limits.ts';

/** What the engine's progress stream (one JSON object a line) says in the end. */
export interface ImageProgress {
  /** Names and ids that a load put into the engine. */
  readonly loaded: readonly string[];
  readonly error?: string;
}

const LOADED = /^Loaded image(?: ID)?: (\S+)/;
const LOADED_NAMES_MAX = 64;

/** Reads to the end; a stream that is silent or lasts too long is cut and throws. */
export async function readProgress(stream: NodeJS.ReadableStream): Promise<ImageProgress> {
  const loaded: string[] = [];
  let error: string | undefined;
  let rest = '';
  const cut = (why: string) => (stream as Readable).destroy(new Error(`the engine ${why} while working on an image`));
  const total = setTimeout(() => cut('took too long'), DOCKER_LIMITS.imageMs);
  let silence = setTimeout(() => cut('said nothing'), DOCKER_LIMITS.imageSilenceMs);
  const read = (line: string) => {
    const message = parse(line);
    if (typeof message.error === 'string') error = message.error;
    for (const text of String(message.stream ?? '').split('\n')) {
      const name = LOADED.exec(text)?.[1];
      if (name && loaded.length < LOADED_NAMES_MAX) loaded.push(name);
    }
  };
  try {
    for await (const chunk of stream) {
      clearTimeout(silence);
      silence = setTimeout(() => cut('said nothing'), DOCKER_LIMITS.imageSilenceMs);
      const lines = (rest + String(chunk)).split('\n');
      rest = (lines.pop() ?? '').slice(0, DOCKER_LIMITS.progressLineBytes);
      for (const line of lines) read(line);
    }
    read(rest);
  } finally {
    clearTimeout(total);
    clearTimeout(silence);
  }
  return { loaded, ...(error === undefined ? {} : { error }) };
}

function parse(line: string): { readonly stream?: unknown; readonly error?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
