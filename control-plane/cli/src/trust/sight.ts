import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  getTrust,
  listTrustRoots,
  type Outcome,
  type RootDocument,
  rootDocument,
  rootSigners,
  type TrustState,
} from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT, refused } from '../failure.ts';
import { jsonOf } from '../json-of.ts';
import { note, type Shell } from '../shell.ts';
import { keyFolder } from './key-folder.ts';
import { type KnownPlace, knownPlace, othersKnown, readKnown, writeKnown } from './known-repository.ts';
import { isKnown, type KnownRepository, reachRoot } from './verify-served.ts';

/** What this machine sees of a repository, held to what it knows of it: see verify-served.ts for the rules. */
export interface SightOptions {
  readonly keys?: string;
  /** File of a root that a person vouches for. */
  readonly trust?: string;
  readonly acceptRestored?: boolean;
}
export interface Sight {
  readonly state: TrustState;
  readonly place: KnownPlace;
  /** Null: it was never seen before. */
  readonly known: KnownRepository | null;
  readonly isRestored: boolean;
  /** The roots to know from now on. Null: there is no repository. */
  readonly reached: Outcome<readonly RootDocument[]> | null;
}

/** Between two signatures of one machine; whoever serves more wants to keep us busy. */
const ROOTS_BETWEEN_MAX = 1_024;

export async function look(shell: Shell, command: Command, connection: Connection, tenant: string): Promise<Sight> {
  const options = command.opts<SightOptions>();
  const place = knownPlace(keyFolder(shell, options.keys), connection.origin, tenant);
  // Before the control plane is asked: others who sign here at the same time may only make what it shows newer than this.
  const known = await readKnown(place);
  const state = await connection.client.call(getTrust, {});
  const isRestored = options.acceptRestored === true;
  if (!state.root) return { state, place, known, isRestored, reached: null };
  const [start = []] = await startsOf(shell, options, known ? [known.roots] : []);
  const from = isRestored ? start[0] : start.at(-1);
  const between = from ? await rootsBetween(connection, from.signed.version, state.root.signed.version) : [];
  return { state, place, known, isRestored, reached: reachRoot(start, state.root, between, isRestored) };
}

/** Writes down which root this machine goes by from now on, and says it at first sight. Code: arbitrary_software. */
export async function keepSight(
  shell: Shell,
  command: Command,
  { state, place, known, isRestored }: Omit<Sight, 'reached'>,
  roots: readonly RootDocument[],
): Promise<void> {
  const newest = roots.at(-1);
  if (!newest || (known?.roots.length === roots.length && !isRestored && isKnown(known.roots, newest))) return;
  if (!known && command.opts<SightOptions>().trust === undefined) {
    const others = await othersKnown(place);
    if (others.length > 0)
      throw refused(
        'arbitrary_software',
        `this control plane says that the token is of the tenant ${place.tenant}, and this machine knows only ${others.join(', ')} there: give the root of ${place.tenant} with --trust root.json`,
      );
    note(shell, command, firstSight(newest));
  }
  const kept = Object.entries(known?.versions ?? {}).map(([role, version]) => {
    const served = state.roles.find((one) => one.role === role)?.version ?? 0;
    return [role, isRestored ? Math.min(version, served) : version] as const;
  });
  const apps = appsKnown({ known, isRestored }, roots);
  await remember(shell, command, place, { roots, versions: Object.fromEntries(kept), apps });
}

/** What this machine knows of the apps of the repository with these roots. */
export function appsKnown(
  { known, isRestored }: Pick<Sight, 'known' | 'isRestored'>,
  roots: readonly RootDocument[],
): KnownRepository['apps'] {
  // Another repository at the same place, on purpose: what the one before has named says nothing of it.
  const isOther = isRestored && !roots.some((root) => isKnown(known?.roots ?? [], root));
  return isOther ? {} : (known?.apps ?? {});
}

/** A folder that cannot be written to keeps nobody from signing, but is told: the next command begins at first sight again. */
export async function remember(
  shell: Shell,
  command: Command,
  place: KnownPlace,
  known: KnownRepository,
): Promise<void> {
  await writeKnown(place, known).catch((error: unknown) => {
    if (!(error instanceof CliFailure)) throw error;
    note(shell, command, `warning: ${error.message}. Give your root with --trust root.json each time.`);
  });
}

export function firstSight(root: RootDocument): string {
  const { keyids, threshold } = rootSigners(root, 'root');
  return [
    `note: this machine sees the repository for the first time, and goes by its root ${root.signed.version} from now on. It says that`,
    `  ${threshold} of these root keys decide: ${keyids.map((id) => id.slice(0, 12)).join(', ')}`,
    '  Compare them with those of the owners, or give a root that you have kept with --trust root.json.',
  ].join('\n');
}

/**
 * Where ways to a root may begin: at what is known of each repository, `known`. When a person gives a root, at those only that have come
 * by it; when none has, at the given root itself.
 */
export async function startsOf(
  shell: Shell,
  { trust }: SightOptions,
  known: readonly (readonly RootDocument[])[],
): Promise<readonly (readonly RootDocument[])[]> {
  if (trust === undefined) return known;
  const file = resolve(shell.folder, trust);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read the root ${file}: ${error.message}`);
  });
  const given = rootDocument.safeParse(jsonOf(text));
  if (!given.success) throw refused('metadata_malformed', `${file} is not a root: write one with "wherry trust root"`);
  const come = known.filter((roots) => isKnown(roots, given.data));
  return come.length > 0 ? come : [[given.data]];
}

export function orThrow<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new CliFailure(EXIT.refused, outcome.problems);
  return outcome.value;
}

async function rootsBetween({ client }: Connection, from: number, to: number): Promise<RootDocument[]> {
  const roots: RootDocument[] = [];
  for (let after = from; after + 1 < to && roots.length < ROOTS_BETWEEN_MAX; ) {
    const { items } = await client.call(listTrustRoots, { query: { after } });
    const last = items.at(-1)?.signed.version ?? 0;
    if (last <= after) break;
    roots.push(...items);
    after = last;
  }
  return roots;
}
