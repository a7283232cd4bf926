import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LIMITS, type Manifest, type Outcome, type Problem, parseManifest } from '@wherry/protocol';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { CliFailure, EXIT, refused } from '../failure.ts';

export const MANIFEST_FILE = 'wherry.yaml';
const ALIASES_MAX = 100;

export interface ManifestFile {
  readonly manifest: Manifest;
  /** Paths in the manifest are relative to it. */
  readonly folder: string;
}

/** Reads `wherry.yaml`, or the one in a folder. Fails with every problem at its line and column. */
export async function readManifest(path: string): Promise<ManifestFile> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? join(path, MANIFEST_FILE) : path;
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw refused('not_found', `there is no ${file}: make an app with "wherry init", or name its folder`);
    throw refused('not_found', `read ${file}: ${error.message}`);
  });
  if (bytes.length > LIMITS.manifestBytes)
    throw refused('payload_too_large', `${file} has ${bytes.length} bytes; the most is ${LIMITS.manifestBytes}`);
  const read = parseManifestText(bytes.toString('utf8'));
  if (!read.ok) throw new CliFailure(EXIT.refused, read.problems, basename(file));
  return { manifest: read.value, folder: dirname(file) };
}

/** From YAML text to a manifest. Codes: invalid_manifest, invalid_quantity. */
export function parseManifestText(text: string): Outcome<Manifest> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  if (document.errors.length > 0)
    return {
      ok: false,
      problems: document.errors.map(
        (error): Problem => ({
          code: 'invalid_manifest',
          message: `this is not YAML: ${error.message}`,
          ...position(lines, error.pos[0]),
        }),
      ),
    };
  const plainValue = toPlain(() => document.toJS({ maxAliasCount: ALIASES_MAX }));
  if (!plainValue.ok) return plainValue;
  return parseManifest({
    value: plainValue.value,
    locate: (path) => {
      const offset = offsetOf(document.contents as Node | null, path);
      return offset === undefined ? undefined : position(lines, offset);
    },
  });
}

/** Aliases that multiply, or name nothing, are found only when the value is made. */
function toPlain(make: () => unknown): Outcome<unknown> {
  try {
    return { ok: true, value: make() };
  } catch (error) {
    const message = `this YAML cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, problems: [{ code: 'invalid_manifest', message }] };
  }
}

/** Where the deepest part of a path that exists begins: at its key in a map, at the item in a list. */
function offsetOf(root: Node | null, path: readonly (string | number)[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (!node) return offset;
      offset = (node as Node).range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
