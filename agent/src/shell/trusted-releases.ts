import { type Outcome, PATHS, type Release } from '@wherry/protocol';
import { readBounded } from '../link/read-bounded.ts';
import { parseEnvelope } from '../store/release-files.ts';
import type { Store } from '../store/store.ts';
import { type ReleaseContext, verifyRelease, type WantedRelease } from '../trust/verify-release.ts';
import { type DeviceHttp, type FetchProblem, problemOfError, problemOfStatus } from './device-http.ts';

/**
 * The only place from which a release gets to a runtime (rule A1): from its file or from the network, verified each time. A file that
 * does not verify, for example after a disk error, is fetched again.
 */
export interface TrustedReleases {
  local(wanted: WantedRelease): Outcome<Release> | null;
  fetch(wanted: WantedRelease, signal: AbortSignal): Promise<FetchedRelease>;
}

export type FetchedRelease = { readonly ok: true; readonly release: Release } | ({ readonly ok: false } & FetchProblem);

const ENVELOPE_BYTES = 256 * 1024;
const TIMEOUT_MS = 60_000;

export function createTrustedReleases(store: Store, http: DeviceHttp, trust: ReleaseContext): TrustedReleases {
  function local(wanted: WantedRelease): Outcome<Release> | null {
    const sealed = store.releases.read(wanted.digest);
    return sealed === null ? null : verifyRelease(sealed, wanted, trust);
  }

  async function download(wanted: WantedRelease, signal: AbortSignal): Promise<FetchedRelease> {
    const what = `release ${wanted.app} ${wanted.version}`;
    const response = await http.get(PATHS.deviceRelease(wanted.digest), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      purpose: 'release',
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { ok: false, ...problemOfStatus(response.status, what) };
    }
    const text = await readBounded(response, ENVELOPE_BYTES);
    if (text === null)
      return { ok: false, code: 'payload_too_large', message: `${what} is larger than any release`, isFinal: true };
    const sealed = parseEnvelope(text);
    const verified = verifyRelease(sealed, wanted, trust);
    if (verified.ok && sealed !== null) {
      store.releases.write(wanted.digest, sealed);
      return { ok: true, release: verified.value };
    }
    return { ok: false, ...problemOf(verified, what) };
  }

  return {
    local,
    async fetch(wanted, signal) {
      const found = local(wanted);
      if (found?.ok) return { ok: true, release: found.value };
      try {
        return await download(wanted, signal);
      } catch (error) {
        return { ok: false, ...problemOfError(error, `release ${wanted.app} ${wanted.version}`) };
      }
    },
  };
}

/** Other bytes than wanted may come from a bad proxy; a wrong signature over the right digest will stay wrong. */
function problemOf(verified: Outcome<Release>, what: string): FetchProblem {
  const problem = verified.ok ? undefined : verified.problems[0];
  const code = problem?.code ?? 'internal';
  const mayPass = code === 'digest_mismatch' || code === 'envelope_malformed';
  return { code, message: `${what}: ${problem?.message ?? 'not verified'}`, isFinal: !mayPass };
}
