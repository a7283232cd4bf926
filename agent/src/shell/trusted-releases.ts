import { type ErrorCode, LIMITS, type Outcome, PATHS, type Release } from '@wherry/protocol';
import { fetchFile } from '../trust/tuf/fetch-file.ts';
import type { MetadataSource } from '../trust/tuf/metadata-source.ts';
import type { FileAnswer, FileRequest } from '../trust/tuf/steps.ts';
import type { TufReleases, WantedRelease } from '../trust/tuf-releases.ts';
import { type DeviceHttp, type FetchProblem, problemOfError } from './device-http.ts';

/**
 * The only place from which a release gets to a runtime (rule A1): from its file or from the network, verified each time. A file that
 * does not verify, for example after a disk error, is fetched again.
 */
export interface TrustedReleases {
  local(wanted: WantedRelease): Outcome<Release> | null;
  fetch(wanted: WantedRelease, signal: AbortSignal): Promise<FetchedRelease>;
}

export type FetchedRelease = { readonly ok: true; readonly release: Release } | ({ readonly ok: false } & FetchProblem);

/** What the owner's keys say, as opposed to what an hour, a network or a server that is being repaired may change. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'target_unknown',
  'path_escape',
  'outside_delegation',
  'release_disagrees',
  'below_floor',
  'wrong_target',
  'payload_too_large',
  'invalid_manifest',
]);

const UNKNOWN = { code: 'internal', message: 'not verified' } as const;

export function createTrustedReleases({ local, fetch }: TufReleases): TrustedReleases {
  return {
    local,
    async fetch(wanted, signal) {
      const what = `release ${wanted.app} ${wanted.version}`;
      try {
        const found = local(wanted);
        const release = found?.ok ? found : await fetch(wanted, signal);
        if (release.ok) return { ok: true, release: release.value };
        const { code, message } = release.problems[0] ?? UNKNOWN;
        const isFinal = FINAL.has(code);
        const known = found === null || found.ok ? undefined : found.problems[0];
        // What is known here says more than that nothing newer can be had.
        if (!isFinal && known && FINAL.has(known.code))
          return { ok: false, code: known.code, message: `${what}: ${known.message}; ${message}`, isFinal };
        return { ok: false, code, message: `${what}: ${message}`, isFinal };
      } catch (error) {
        return { ok: false, ...problemOfError(error, what) };
      }
    },
  };
}

/** The repository as this device reads it: with its identity, its bytes counted. A control plane sends nobody elsewhere. */
export function tufSource(http: DeviceHttp, serverUrl: string): MetadataSource {
  return {
    urlOf: (name) => new URL(serverUrl + PATHS.deviceTuf(name)),
    get: (name, { headers, signal }) => http.get(PATHS.deviceTuf(name), { headers, signal, purpose: 'release' }),
  };
}

/** The bytes of a release by its digest. */
export function releasePayload(http: DeviceHttp, serverUrl: string) {
  const source: MetadataSource = {
    urlOf: (digest) => new URL(serverUrl + PATHS.deviceRelease(digest)),
    get: (digest, { headers, signal }) =>
      http.get(PATHS.deviceRelease(digest), { headers, signal, purpose: 'release' }),
  };
  return (request: FileRequest, signal: AbortSignal): Promise<FileAnswer> =>
    fetchFile(source, { ...request, mostBytes: Math.min(request.mostBytes, LIMITS.releaseBytes) }, signal);
}
