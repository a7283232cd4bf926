import { type Outcome, type Problem, refuse, succeed, WherryError } from '@wherry/protocol';
import type { FetchBounds } from './bounds.ts';
import { fetchFile } from './fetch-file.ts';
import type { Generations } from './generations.ts';
import { forgetReadings, type RootFile, type TargetsFile } from './metadata.ts';
import type { MetadataSource } from './metadata-source.ts';
import { refreshTrust } from './refresh.ts';
import { openRoot } from './root-chain.ts';
import { type SearchResult, searchTarget, type TrustedTarget } from './search.ts';
import { runSteps, type Steps } from './steps.ts';
import { factoryTrust, filesOf, openTrusted, type TrustedSet } from './trusted-set.ts';

/**
 * Plays the workflow over a repository and a disk. One thing at a time: calls wait for each other. What was accepted is on the disk
 * before anybody hears of it.
 */
export interface Updater {
  trusted(): TrustedSet;
  /** The whole workflow, with a search for each path that is in use: only with all of them does the new state serve offline. */
  refresh(paths: readonly string[], signal: AbortSignal): Promise<RefreshReport>;
  /** In the newest state, fetching delegated roles that are not there yet. Refresh first. */
  find(path: string, signal: AbortSignal): Promise<Outcome<TrustedTarget>>;
  /** In the newest state on the disk that can say, without a network and whatever the time: for what runs already. */
  findOffline(path: string): Outcome<TrustedTarget>;
}

export interface RefreshReport {
  readonly verdict: Outcome<TargetsFile>;
  readonly notices: readonly Problem[];
  readonly found: ReadonlyMap<string, Outcome<TrustedTarget>>;
}

export interface UpdaterOptions {
  /** The root that the device was born with: the last resort. */
  readonly factoryRoot: Uint8Array;
  readonly generations: Generations;
  readonly source: MetadataSource;
  /** Asked once for each refresh (TUF 1.0 §5.1). */
  readonly nowMs: () => number;
  readonly bounds?: FetchBounds;
}

/** Codes of a search that say what the owner's keys say; every other one says that something could not be established. */
const DEFINITE = new Set(['target_unknown', 'path_escape']);

/** Throws with code trust_lost when the factory root is none. */
export function createUpdater(options: UpdaterOptions): Updater {
  const { generations, source } = options;
  const factory = openFactory(options.factoryRoot);
  let trusted = load(generations, factory);
  let isComplete = false;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action);
    turn = result.catch(() => undefined);
    return result;
  }

  async function play<T>(steps: Steps<T>, signal: AbortSignal): Promise<T> {
    let next = steps.next();
    while (!next.done) next = steps.next(await fetchFile(source, next.value, signal, options.bounds));
    return next.value;
  }

  function keep(next: TrustedSet, complete: boolean): void {
    generations.commit(filesOf(next), complete);
    trusted = next;
    isComplete = complete;
  }

  return {
    trusted: () => trusted,

    refresh: (paths, signal) =>
      inTurn(async () => {
        const nowMs = options.nowMs();
        const refreshed = await play(refreshTrust(trusted, nowMs), signal);
        let next = refreshed.trusted;
        const found = new Map<string, Outcome<TrustedTarget>>();
        if (refreshed.verdict.ok)
          for (const path of paths) {
            const result: SearchResult = await play(searchTarget(next, path, nowMs), signal);
            next = result.trusted;
            found.set(path, result.found);
          }
        const complete = refreshed.verdict.ok && paths.every((path) => isDefinite(searchOffline(next, path)));
        keep(complete ? withoutDropped(next) : next, complete);
        forgetReadings();
        return { verdict: refreshed.verdict, notices: refreshed.notices, found };
      }),

    find: (path, signal) =>
      inTurn(async () => {
        const { trusted: next, found } = await play(searchTarget(trusted, path, options.nowMs()), signal);
        if (next !== trusted) keep(next, isComplete && isDefinite(searchOffline(next, path)));
        return found;
      }),

    findOffline(path) {
      let last: Outcome<TrustedTarget> = refuse('target_unknown', `nothing that is on the disk names ${path}`);
      for (const files of generations.read()) {
        const opened = openTrusted(files, factory);
        last = opened.ok ? searchOffline(opened.value, path) : opened;
        if (isDefinite(last)) return last;
      }
      return last;
    },
  };
}

function searchOffline(trusted: TrustedSet, path: string): Outcome<TrustedTarget> {
  return runSteps(searchTarget(trusted, path, null), () => succeed(null)).found;
}

function isDefinite(found: Outcome<TrustedTarget>): boolean {
  return found.ok || DEFINITE.has(found.problems[0]?.code ?? '');
}

function openFactory(bytes: Uint8Array): RootFile {
  const factory = openRoot(bytes);
  if (factory.ok) return factory.value;
  const cause = factory.problems[0];
  throw new WherryError('trust_lost', `open the factory root: ${cause?.message}; provision the device again`);
}

/** The newest generation that is whole, and if none is, what the device was born with. */
function load(generations: Generations, factory: RootFile): TrustedSet {
  for (const files of generations.read()) {
    const opened = openTrusted(files, factory);
    if (opened.ok) return opened.value;
  }
  return factoryTrust(factory);
}

/** Roles that the snapshot does not list any more have no use. */
function withoutDropped(trusted: TrustedSet): TrustedSet {
  const listed = trusted.snapshot?.signed.meta ?? {};
  const targets = new Map([...trusted.targets].filter(([role]) => Object.hasOwn(listed, `${role}.json`)));
  return { ...trusted, targets };
}
