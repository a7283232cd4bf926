import { type Outcome, type PublisherDocument, refuse, releaseCustom, succeed } from '@wherry/protocol';

/**
 * What verified metadata has named of an app on this machine, ever: a release that was taken out stays known, so that it can come back
 * and nothing else can under its name. Pure.
 */
export interface KnownApp {
  /** Highest number of a release. */
  readonly counter: number;
  /** `sha256:…` by version. */
  readonly releases: Readonly<Record<string, string>>;
}

export interface NamedRelease {
  readonly version: string;
  readonly digest: string;
  /** 0: its summary cannot be read. */
  readonly counter: number;
}

const NOTHING_KNOWN: KnownApp = { counter: 0, releases: {} };
/** Of one app; the ones that were learnt first go. */
const RELEASES_KEPT = 4_096;

/** What a role of an app names. */
export function namedBy(document: PublisherDocument | null): readonly NamedRelease[] {
  return Object.entries(document?.signed.targets ?? {}).map(([path, { hashes, custom }]) => {
    const summary = releaseCustom.safeParse(custom);
    const version =
      path
        .split('/')
        .at(-1)
        ?.replace(/\.json$/, '') ?? '';
    return { version, digest: `sha256:${hashes.sha256}`, counter: summary.success ? summary.data.releaseCounter : 0 };
  });
}

/** With `isRestored` the numbers begin again where the document is; what was named is not forgotten. */
export function learn(known: KnownApp | undefined, document: PublisherDocument | null, isRestored: boolean): KnownApp {
  const named = namedBy(document);
  const { counter, releases } = known ?? NOTHING_KNOWN;
  const all = [...Object.entries(releases), ...named.map(({ version, digest }) => [version, digest] as const)];
  const kept = new Map(all);
  return {
    counter: Math.max(isRestored ? 0 : counter, ...named.map((release) => release.counter)),
    releases: Object.fromEntries([...kept].slice(-RELEASES_KEPT)),
  };
}

/** Code: equivocation. A release that was named once is these bytes for good. */
export function checkSameRelease(
  known: KnownApp | undefined,
  what: string,
  { version, digest }: Pick<NamedRelease, 'version' | 'digest'>,
): Outcome<void> {
  const before = digestKnown(known, version);
  if (before === null || before === digest) return succeed(undefined);
  return refuse(
    'equivocation',
    `${what} was signed as ${before} before, and is ${digest} here: sign nothing, and look who has changed it`,
  );
}

/** Null: this machine has never seen the release in verified metadata. */
export function digestKnown(known: KnownApp | undefined, version: string): string | null {
  return entryOf(known?.releases, version) ?? null;
}

/** By a name that others chose: an app may be called `constructor`. */
export function entryOf<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
