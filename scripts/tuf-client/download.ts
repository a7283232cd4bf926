import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkFile,
  createEffects,
  type createHttpSource,
  fetchFile,
  replaceFile,
  type TrustedTarget,
} from '@wherry/agent/trust';
import { type Outcome, refuse, succeed } from '@wherry/protocol';

/** Fetches a target into a folder, under one name whatever its content; not when the right bytes are there. */
export async function downloadTarget(
  target: TrustedTarget,
  source: ReturnType<typeof createHttpSource>,
  folder: string,
  isConsistent: boolean,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, encodeURIComponent(target.path));
  const expected = { length: target.lengthBytes, hashes: target.hashes };
  if (Object.keys(target.hashes).length === 0) return refuse('digest_mismatch', `${target.path} has no digest`);
  const isThere = existsSync(path) && statSync(path).size === target.lengthBytes;
  if (isThere && checkFile(readFileSync(path), expected, 'digest_mismatch', target.path).ok) return succeed(undefined);
  const name = urlNameOf(target, isConsistent);
  const bytes = await fetchFile(source, { name, mostBytes: target.lengthBytes }, signal);
  if (!bytes.ok) return bytes;
  if (bytes.value === null) return refuse('download_failed', `there is no ${name}`);
  const checked = checkFile(bytes.value, expected, 'digest_mismatch', target.path);
  if (checked.ok) replaceFile(createEffects(), path, bytes.value);
  return checked;
}

/** TUF 1.0 §5.7.2: with consistent snapshots the digest stands before the last part of the path. */
function urlNameOf({ path, hashes }: TrustedTarget, isConsistent: boolean): string {
  const segments = path.split('/').map(encodeURIComponent);
  const digest = hashes.sha256 ?? Object.values(hashes)[0];
  const last = segments.pop() ?? '';
  return [...segments, isConsistent ? `${digest}.${last}` : last].join('/');
}
