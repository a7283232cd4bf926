import { type Outcome, type Release, refuse, release } from '@wherry/protocol';

/** Reads the payload of a release. Code: invalid_manifest, with a JSON pointer to each place. */
export function readRelease(payload: Uint8Array): Outcome<Release> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return refuse('invalid_manifest', 'the payload of the release is no JSON in UTF-8');
  }
  const parsed = release.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map(({ path, message }) => ({
      code: 'invalid_manifest' as const,
      message,
      path: `/${path.map(String).join('/')}`,
    })),
  };
}
