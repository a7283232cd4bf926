import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthorityStanding } from '../app/context.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { accepted, believed, FIRST_AUTHORITY, leaves, nextName, type RollOver, rollOver, stays } from './roll-over.ts';
import { openVouchingKey, type VouchingKey } from './vouching-key.ts';

/** The folder `ca`, read: which authorities there are, and what each is good for just now. */
export interface LoadedAuthority {
  readonly state: RollOver;
  readonly current: VouchingKey;
  readonly stays: VouchingKey;
  readonly accepted: readonly VouchingKey[];
  /** Fingerprints, the one that stays first. */
  readonly believed: readonly string[];
  /** The current one first, for programs that look at the first only. */
  readonly bundlePem: string;
  readonly standing: AuthorityStanding;
}

const STATE_FILE = 'roll-over.json';
const FILE_MODE = 0o644;

export async function loadAuthority(folder: string, nowMs: number): Promise<LoadedAuthority> {
  const state = await readState(folder);
  const open = async (name: string): Promise<VouchingKey> => {
    if (name !== FIRST_AUTHORITY.current && (await readIfThere(join(folder, `${name}-key.pem`))) === null)
      throw new Error(`${folder} has no ${name}-key.pem, which ${STATE_FILE} names: restore the folder from a backup`);
    return await openVouchingKey(folder, name, nowMs);
  };
  const keys = new Map<string, VouchingKey>();
  for (const name of accepted(state)) keys.set(name, await open(name));
  const of = (name: string) => keys.get(name) as VouchingKey;
  const [current, staying, leaving] = [of(state.current), of(stays(state)), leaves(state)];
  const trusted = believed(state);
  const link = trusted.length > 1 ? ((await readIfThere(join(folder, linkFile(staying.name)))) ?? '') : '';
  const roots = new Set([current, ...trusted.map(of)]);
  return {
    state,
    current,
    stays: staying,
    accepted: accepted(state).map(of),
    believed: trusted.map((name) => of(name).fingerprint),
    bundlePem: [...[...roots].map(({ pem }) => pem), link].join(''),
    standing: {
      phase: state.phase,
      sinceMs: state.sinceMs === 0 ? null : state.sinceMs,
      current: current.fingerprint,
      notBeforeMs: +current.certificate.validFromDate,
      notAfterMs: +current.certificate.validToDate,
      stays: staying.fingerprint,
      leaves: leaving === null ? null : of(leaving).fingerprint,
    },
  };
}

export async function readState(folder: string): Promise<RollOver> {
  const text = await readIfThere(join(folder, STATE_FILE));
  return text === null ? FIRST_AUTHORITY : rollOver.parse(JSON.parse(text));
}

export async function writeState(folder: string, state: RollOver): Promise<void> {
  await writeFileDurably(join(folder, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`, FILE_MODE);
}

/** The next authority with all that belongs to it, before anything names it; what a crash left of it is used. */
export async function prepareNext(folder: string, { state, current }: LoadedAuthority, nowMs: number): Promise<void> {
  const next = await openVouchingKey(folder, nextName(state), nowMs);
  await writeFileDurably(join(folder, linkFile(next.name)), await current.vouchFor(next), FILE_MODE);
}

/** Keys that nothing names any more are worth stealing and nothing else. */
export async function forgetDropped(folder: string, state: RollOver): Promise<void> {
  for (let number = 1; number <= state.made; number += 1) {
    const name = number === 1 ? FIRST_AUTHORITY.current : `${FIRST_AUTHORITY.current}-${number}`;
    if (accepted(state).includes(name)) continue;
    await rm(join(folder, `${name}-key.pem`), { force: true });
  }
}

function linkFile(name: string): string {
  return `${name}-link.pem`;
}
