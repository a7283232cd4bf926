import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { publisherRole } from '@wherry/protocol';
import { vi } from 'vitest';
import { TENANT } from '../../../test/world-owner.ts';
import type { WorkloadSpec } from '../../runtimes/port.ts';
import { hexOf } from '../../store/blob-store.ts';
import { readIfThere } from '../../store/files.ts';
import { metadataFolder } from '../../store/provisioning.ts';
import { digestOf } from '../../trust/payload.ts';
import { NOW_MS } from '../../trust/tuf/testing/repository.ts';
import { HostileControlPlane, type Stolen } from './hostile-control-plane.ts';
import { APP, changed, DEVICE, type Named, OwnedWorld } from './owned-world.ts';
import { startWholeDevice, type WholeDevice } from './whole-device.ts';

/**
 * One story of a device in a hostile world, and who watches over it: whatever starts is held against the owner's book at that instant.
 * Timers are those of the test; everything else that the device does ends within a few turns of the event loop.
 */
export interface HostileRunOptions extends Stolen {
  readonly onRevoked: 'keep' | 'stop';
  readonly seen: Set<string>;
}

/** Where `current` names the generation of all that was accepted, and that by which programs are verified. */
const NEWEST = 0;
const COMPLETE = 1;

/** Versions of trusted metadata. */
type Accepted = Readonly<Record<'root' | 'timestamp' | 'snapshot' | 'targets' | 'role', number>>;

const TURNS = 3;
/** In memory where that can be had: no power is cut here. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export class HostileRun {
  readonly world = new OwnedWorld();
  readonly attacker: HostileControlPlane;
  readonly violations: string[] = [];
  starts = 0;
  #options: HostileRunOptions;
  #folder = mkdtempSync(join(SCRATCH, 'wherry-hostile-'));
  #factoryRoot = this.world.repository.file('1.root.json');
  #device: WholeDevice | null = null;
  #elapsedMs = 0;
  #skewMs = 0;
  #generation = 0;
  #accepted: Accepted = { root: 0, timestamp: 0, snapshot: 0, targets: 0, role: 0 };

  constructor(options: HostileRunOptions) {
    this.#options = options;
    this.attacker = new HostileControlPlane(this.world, options);
  }

  /** What the owner's and the director's clocks say. */
  get nowMs(): number {
    return NOW_MS + this.#elapsedMs;
  }

  /** Before the first signed time that the device has seen: past for it too, however slow its clock is by then. */
  readonly pastMs = NOW_MS - 1;

  get device(): WholeDevice {
    if (this.#device === null) throw new Error('the device is off');
    return this.#device;
  }

  get accepted(): Accepted {
    return this.#accepted;
  }

  async start(): Promise<void> {
    this.#device = await startWholeDevice({
      ...{ folder: this.#folder, tenant: TENANT, device: DEVICE, factoryRoot: this.#factoryRoot },
      onRevoked: this.#options.onRevoked,
      clock: { nowMs: () => this.nowMs + this.#skewMs, uptimeMs: () => this.#elapsedMs, random: () => 0.5 },
      answer: this.attacker.answer,
      onStart: (spec, artifact) => this.#judge(spec, artifact),
      onRefusal: (code) => this.#options.seen.add(code),
    });
  }

  async restart(): Promise<void> {
    await this.device.stop();
    await this.start();
  }

  async end(): Promise<void> {
    await this.#device?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  jump(skewMs: number): void {
    this.#skewMs = skewMs;
  }

  /** Somebody has the disk for a moment. */
  spoil({ digest, payload, module }: Named, at: number, from: number): void {
    const [path, bytes] =
      at % 2 === 0 ? [`releases/${hexOf(digest)}.json`, payload] : [`blobs/${hexOf(digestOf(module))}`, module];
    const before = readIfThere(join(this.#folder, path));
    if (before === null) return;
    const choices = [changed(bytes), bytes.subarray(1), this.world.newest().payload];
    writeFileSync(join(this.#folder, path), choices[from % choices.length] ?? bytes);
  }

  async settle(ms: number): Promise<void> {
    for (let at = 0; at < 4; at += 1) {
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      this.#elapsedMs += ms / 4;
      vi.advanceTimersByTime(ms / 4);
    }
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    this.#watch();
  }

  #judge({ app, release, releaseDigest }: WorkloadSpec, artifact: Uint8Array | null): void {
    this.starts += 1;
    const what = `${app} ${release.version} ${releaseDigest}`;
    const named = this.world.find(releaseDigest);
    if (named === undefined || named.release.app !== app || named.release.version !== release.version)
      return void this.violations.push(`A1: ${what} runs, and nobody named it`);
    if (!isDeepStrictEqual(named.release, release)) this.violations.push(`A1: ${what} runs with other terms`);
    if (!named.module.equals(artifact ?? Buffer.of())) this.violations.push(`A1: ${what} runs with other bytes`);
    if (this.#options.online) return;
    // What could not be established is no revocation.
    const { targets, role } = this.#read(COMPLETE) ?? this.#accepted;
    if (release.releaseCounter < (this.world.floors.get(targets) ?? 0))
      this.violations.push(`${what} starts below the floor of targets ${targets}`);
    if (this.world.named.get(role)?.has(releaseDigest) === false)
      this.violations.push(`${what} starts, and version ${role} of its role does not name it`);
  }

  /** Rule A3, and that trusted metadata goes nowhere but on. */
  #watch(): void {
    const generation = this.#device?.generation() ?? this.#generation;
    for (const { record, change } of this.#device?.loop().states().values() ?? [])
      for (const trouble of [record.verdict, change.trouble])
        if (trouble !== null) this.#options.seen.add(trouble.code);
    if (generation < this.#generation) this.violations.push(`A3: generation ${generation} after ${this.#generation}`);
    if (!this.#options.director && generation > 0 && !this.world.orders.has(generation))
      this.violations.push(`generation ${generation} is accepted, and the director never signed it for this device`);
    this.#generation = generation;
    const accepted = this.#read(NEWEST);
    if (accepted === null) return;
    if (!this.#options.online)
      for (const name of wentBack(this.#accepted, accepted))
        this.violations.push(`T2: ${name} goes back from ${this.#accepted[name]} to ${accepted[name]}`);
    this.#accepted = accepted;
  }

  /** Versions in one of the generations on the disk that count. */
  #read(which: typeof NEWEST | typeof COMPLETE): Accepted | null {
    const folder = metadataFolder(this.#folder);
    const generation = (readIfThere(join(folder, 'current')) ?? '').trim().split(' ')[which] ?? '-';
    if (generation === '-') return null;
    const versionOf = (file: string) => {
      const text = readIfThere(join(folder, generation, `${file}.json`));
      return text === null ? 0 : (JSON.parse(text) as { signed: { version: number } }).signed.version;
    };
    const [root, timestamp, snapshot, targets] = ['root', 'timestamp', 'snapshot', 'targets'].map(versionOf);
    const role = versionOf(publisherRole(TENANT, APP));
    return { root: root ?? 0, timestamp: timestamp ?? 0, snapshot: snapshot ?? 0, targets: targets ?? 0, role };
  }
}

function wentBack(before: Accepted, after: Accepted): readonly (keyof Accepted)[] {
  // Another root may have replaced the online keys: what they signed is forgotten (TUF 1.0 §5.3.11).
  const lasting = ['root', 'targets', 'role'] as const;
  const kept = after.root > before.root ? lasting : ([...lasting, 'timestamp', 'snapshot'] as const);
  return kept.filter((name) => after[name] < before[name]);
}
