import type { DeviceFit } from '@wherry/agent/core';
import type { RolloutId } from '@wherry/protocol';
import { Checks } from './checks/checks.ts';
import { unfinished } from './checks/end.ts';
import { Device } from './device/device.ts';
import { APP } from './device/disk.ts';
import { drawWeather, type Fault, type Scenario, type Weather } from './faults.ts';
import type { Machines } from './machines.ts';
import { beginMisfortunes } from './misfortune.ts';
import { Network } from './network.ts';
import { beginOperating, settle } from './operator.ts';
import { Random } from './random.ts';
import { BLOB_BYTES, drawReleases, type Flaw, flawOn, type SimRelease } from './releases.ts';
import { FleetServer } from './server/fleet-server.ts';
import { type Assignment, RINGS, Store } from './server/store.ts';
import type { ShellFlaw, Stage } from './stage.ts';
import { Timeline } from './timeline.ts';
import type { TraceLine } from './trace.ts';
import type { Rule, Violation } from './violations.ts';
import { Wire } from './wire.ts';

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly machines: Machines;
  readonly flaw?: ShellFlaw | undefined;
  readonly isTracing?: boolean;
}

const HEAL_STEP_MS = 15_000;
/** Who still waits then waits for what a device held back: eight days, at most. */
const PATIENT_AFTER_ROUNDS = 1_000;
const PATIENT_STEP_MS = 1_800_000;
const HEAL_ROUNDS = 1_500;

/** One seed: a fleet, its servers, an operator and what goes wrong, on a clock of their own. */
export class World implements Stage {
  readonly scenario: Scenario;
  readonly machines: Machines;
  readonly flaw: ShellFlaw | undefined;
  readonly isTracing: boolean;
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly weather: Weather;
  readonly network: Network;
  readonly wire: Wire;
  readonly store = new Store();
  readonly checks: Checks = new Checks(this);
  readonly releases: readonly SimRelease[];
  readonly devices: readonly Device[];
  readonly fleetServer: FleetServer;
  readonly epochMs = 1_800_000_000_000;
  readonly violations: Violation[] = [];
  readonly trace: TraceLine[] = [];
  readonly #byName = new Map<string, Device>();
  readonly #byDigest = new Map<string, SimRelease>();
  readonly #backups = new Map<string, Assignment>();
  steps = 0;
  healed = false;
  #numbers = 0;

  constructor({ scenario, machines, flaw, isTracing = false }: WorldOptions) {
    this.scenario = scenario;
    this.machines = machines;
    this.flaw = flaw;
    this.isTracing = isTracing;
    this.random = new Random(scenario.seed);
    this.weather = drawWeather(scenario);
    this.network = new Network(this.timeline, this.random, this.weather);
    this.wire = new Wire(this.random, (message) => this.violate('wire', [], message));
    this.releases = drawReleases(scenario.seed, this.weather);
    for (const release of this.releases) this.#byDigest.set(release.digest, release);
    this.fleetServer = new FleetServer(this);
    this.devices = Array.from({ length: scenario.devices }, (_, index) => this.#makeDevice(index));
  }

  /** Plays the seed to its end, or to the first broken rule (`until`: to that one). */
  play(until?: Rule): void {
    const isOver = () =>
      until === undefined ? this.violations.length > 0 : this.violations.some(({ rule }) => rule === until);
    try {
      this.#begin();
      while (!isOver() && this.timeline.nowMs < this.scenario.healAtMs && this.timeline.step());
      if (!isOver()) this.#heal(isOver);
    } catch (error) {
      this.violate('thrown', [], error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  happens(fault: Fault): boolean {
    return !this.healed && this.random.chance(this.weather[fault]);
  }

  releaseOf(digest: string): SimRelease | undefined {
    return this.#byDigest.get(digest);
  }

  flawOf(device: number, digest: string): Flaw {
    const release = this.#byDigest.get(digest);
    return release === undefined ? 'none' : flawOn(release, this.scenario.seed, device);
  }

  deviceOf(name: string): Device {
    const found = this.#byName.get(name);
    if (found === undefined) throw new RangeError(`there is no device ${name}`);
    return found;
  }

  backupOf(device: string): Assignment | undefined {
    return this.#backups.get(device);
  }

  newNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  tell(who: string, what: string): void {
    if (this.isTracing) this.trace.push({ atMs: this.timeline.nowMs, step: this.steps, who, what });
  }

  /** The first of each rule is kept: what follows from it is no news. */
  violate(rule: Rule, about: readonly string[], message: string): void {
    if (this.violations.some((known) => known.rule === rule)) return;
    const { seed } = this.scenario;
    this.violations.push({ rule, message, seed, step: this.steps, atMs: this.timeline.nowMs, about });
    this.tell(about[0] ?? 'world', `BROKEN ${rule}: ${message}`);
  }

  #begin(): void {
    for (const device of this.devices) {
      this.timeline.after(this.random.int(2_000), () => device.powerOn());
      // Some are away from the beginning: rollouts set them aside.
      const isAway = this.random.chance(this.weather.offline / 2);
      this.timeline.after(isAway ? this.random.int(this.scenario.healAtMs) : this.random.int(4_000), () =>
        device.link.connect(),
      );
    }
    this.fleetServer.begin();
    beginOperating(this);
    beginMisfortunes(this);
    this.timeline.after(this.scenario.healAtMs / 2, () => {
      for (const { name, assignment } of this.store.devices.values())
        if (assignment) this.#backups.set(name, assignment);
    });
  }

  /** Nothing goes wrong any more, everybody is there, and clocks are right: everything must come to its end. */
  #heal(isOver: () => boolean): void {
    this.healed = true;
    this.network.isHealed = true;
    this.tell('world', 'heals');
    for (const process of this.fleetServer.processes) Object.assign(process, { isUp: true, skewMs: 0 });
    for (const device of this.devices)
      Object.assign(device, { clockSkewMs: 0, effectsLeft: null, isMetered: false, budgetBytes: null });
    for (let round = 0; round < HEAL_ROUNDS && !isOver(); round += 1) {
      for (const device of this.devices)
        if (device.isPowered && !device.link.isUp) device.link.connect();
        else if (round % 20 === 0) device.link.refresh();
      settle(this, round);
      const stepMs = round < PATIENT_AFTER_ROUNDS ? HEAL_STEP_MS : PATIENT_STEP_MS;
      const untilMs = this.timeline.nowMs + stepMs;
      let isDone = false;
      this.timeline.after(stepMs, () => {
        isDone = true;
      });
      while (!isDone && !isOver() && this.timeline.nowMs <= untilMs && this.timeline.step());
      if (unfinished(this) === null) return;
    }
    const left = isOver() ? null : unfinished(this);
    if (left !== null) this.violate(left.rule, left.about, left.message);
  }

  #makeDevice(index: number): Device {
    const fit: DeviceFit = {
      refused: this.random.chance(0.2)
        ? { container: { code: 'capability_denied', message: 'the policy of this device allows no containers' } }
        : this.random.chance(0.05)
          ? { wasm: { code: 'no_runtime', message: 'this device runs containers only' } }
          : {},
      platform: this.random.chance(0.8) ? 'linux/arm64' : 'linux/amd64',
      sideBySide: ['wasm'],
    };
    const device = new Device(this, index, fit, this.random.chance(this.weather.lie));
    if (this.weather.links > 0) {
      device.isMetered = this.random.chance(0.4);
      device.budgetBytes = this.random.chance(0.3) ? this.random.between(0, 4 * BLOB_BYTES) : null;
    }
    this.#byName.set(device.name, device);
    const has = fit.refused.wasm === undefined && this.random.chance(0.8);
    const assignment = has ? this.#install(device) : null;
    this.store.devices.set(device.name, {
      name: device.name,
      ring: index % RINGS,
      isOnline: false,
      offlineSinceMs: null,
      desiredGeneration: 0,
      reportedGeneration: null,
      assignment,
      document: null,
      sendAtMs: null,
      tries: 0,
      reported: null,
    });
    return device;
  }

  /** What most devices hold at the beginning: the first release, confirmed long ago. */
  #install({ disk }: Device): Assignment {
    const [release] = this.releases as readonly [SimRelease];
    const rollout = '0'.repeat(26) as RolloutId;
    const workload = { app: APP, version: release.version, release: release.digest, config: {}, attempt: 1, rollout };
    const good = { workload: workload as never, facts: release.facts, variantAt: 0, runtime: 'wasm' };
    disk.releases.add(release.digest);
    disk.wanted.add(release.digest);
    for (const { artifact } of release.facts.variants) if (artifact) disk.blobs.add(artifact.digest);
    const target = { ...good, refusals: [] };
    disk.record = { app: APP, phase: 'healthy', target, good, verdict: null, sinceMs: 0, transitions: 6 };
    const { digest, version, counter } = release;
    return { release: digest, version, releaseCounter: counter, attempt: 1, rollout, isRollback: false };
  }
}
