import {
  type ErrorCode,
  type Outcome,
  type Release,
  type ReleaseCustom,
  refuse,
  releaseTargetPath,
  succeed,
} from '@wherry/protocol';
import { type JudgedBy, judgeRelease, openJudged } from './judge-release.ts';
import type { TrustedTarget } from './tuf/search.ts';
import type { FileAnswer, FileRequest } from './tuf/steps.ts';
import type { Updater } from './tuf/updater.ts';

export interface WantedRelease {
  readonly app: string;
  readonly version: string;
  /** Digest of the payload, from the desired state. */
  readonly digest: string;
}

/**
 * Releases by the owner's keys (rule A1): what runs is verified again from disk each time, without a network and whatever the time;
 * what is new needs metadata that is new.
 */
export interface TufReleases {
  /** Null: its payload is not on the disk. */
  local(wanted: WantedRelease): Outcome<Release> | null;
  fetch(wanted: WantedRelease, signal: AbortSignal): Promise<Outcome<Release>>;
}

export interface TufReleasesOptions extends JudgedBy {
  readonly updater: Updater;
  /** Payloads by digest; what is read is verified. */
  readonly payloads: { read(digest: string): Uint8Array | null; write(digest: string, bytes: Uint8Array): void };
  /** A payload from the control plane, by digest. */
  readonly fetchPayload: (request: FileRequest, signal: AbortSignal) => Promise<FileAnswer>;
  /** What runs here or is about to: it stays verifiable through each refresh. */
  readonly inUse: () => readonly Pick<WantedRelease, 'app' | 'version'>[];
}

export function createTufReleases(options: TufReleasesOptions): TufReleases {
  const { updater, payloads, tenant } = options;
  const pathOf = ({ app, version }: Pick<WantedRelease, 'app' | 'version'>) => releaseTargetPath(tenant, app, version);

  return {
    local(wanted) {
      const bytes = payloads.read(wanted.digest);
      return bytes === null ? null : open(bytes, wanted, updater.findOffline(pathOf(wanted)));
    },

    async fetch(wanted, signal) {
      const path = pathOf(wanted);
      const paths = new Set([...options.inUse().map(pathOf), path]);
      const { verdict, found } = await updater.refresh([...paths], signal);
      if (!verdict.ok) return verdict;
      const target: Outcome<TrustedTarget> = found.get(path) ?? refuse('internal', `${path} was not looked for`);
      const known = payloads.read(wanted.digest);
      if (known !== null) {
        const opened = open(known, wanted, target);
        if (opened.ok || !isAboutBytes(opened)) return opened;
      }
      return download(wanted, target, signal);
    },
  };

  function judge({ app, version, digest }: WantedRelease, found: Outcome<TrustedTarget>): Outcome<Judged> {
    if (!found.ok) return found;
    const wanted = { app, version, release: digest } as Parameters<typeof judgeRelease>[0];
    const custom = judgeRelease(wanted, found.value, options);
    return custom.ok ? succeed({ target: found.value, custom: custom.value }) : custom;
  }

  function open(bytes: Uint8Array, wanted: WantedRelease, found: Outcome<TrustedTarget>): Outcome<Release> {
    const judged = judge(wanted, found);
    return judged.ok ? openJudged(bytes, judged.value.target, judged.value.custom) : judged;
  }

  async function download(
    wanted: WantedRelease,
    found: Outcome<TrustedTarget>,
    signal: AbortSignal,
  ): Promise<Outcome<Release>> {
    const judged = judge(wanted, found);
    if (!judged.ok) return judged;
    const { target, custom } = judged.value;
    const bytes = await options.fetchPayload({ name: wanted.digest, mostBytes: target.lengthBytes }, signal);
    if (!bytes.ok) return bytes;
    if (bytes.value === null) return refuse('download_failed', `the control plane does not have ${wanted.digest}`);
    const opened = openJudged(bytes.value, target, custom);
    if (opened.ok) payloads.write(wanted.digest, bytes.value);
    return opened;
  }
}

interface Judged {
  readonly target: TrustedTarget;
  readonly custom: ReleaseCustom;
}

const ABOUT_BYTES: ReadonlySet<ErrorCode> = new Set(['length_mismatch', 'digest_mismatch']);

function isAboutBytes(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.problems.some(({ code }) => ABOUT_BYTES.has(code));
}
