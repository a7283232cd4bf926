import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../fleet/eventually.ts';
import type { Random } from '../sim/random.ts';
import { type AgentLife, beginAgentLife } from './agent-life.ts';
import { type Breakage, breakPromise } from './breakage.ts';
import { type DiskFacts, emptyDevice, installWitness, readFacts, readOutboxRows, readWitness } from './device-disk.ts';
import type { Stage, StageDevice } from './stage.ts';
import { isOfAgent, MEASURED_KINDS, type Step, type StepPlan, type WishKind } from './steps.ts';
import type { Tally } from './tally.ts';
import { conclude, type Wish, wish } from './wishes.ts';

/** One device and its lives: wishes follow one another, and each life of the agent ends by SIGKILL in the middle of one. */
export interface LaneOptions {
  readonly stage: Stage;
  readonly device: StageDevice;
  readonly random: Random;
  readonly plan: StepPlan;
  readonly tally: Tally;
  readonly breakages: readonly Breakage[];
  /** How long a program may take to answer after a start. */
  readonly patienceMs: number;
}

const VERDICTS: ReadonlySet<string | null> = new Set(['healthy', 'reverted', 'rejected', 'failed']);
/** How long a wish may take to be fulfilled by a life that nothing ends. */
const CLEAN_MS = 60_000;
/** A life in which a step was not reached is ended after this. */
const STEP_MS = 6_000;
/** An agent that gives itself up, or unpacks and tests another, takes longer. */
const AGENT_STEP_MS = 16_000;
const RANDOM_MS = 2_500;
const BOOT_MS = 900;

export class Lane {
  readonly #options: LaneOptions;
  #wish: Wish | null = null;
  #isFresh = false;
  #counter = 0;
  #looks = 0;
  #before: DiskFacts = { generation: 0, confirmedCounter: 0, phase: null, version: null };

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** A first life without a kill; the steps of each kind are measured by the lane that is told to. */
  async begin(isMeasuring: boolean): Promise<void> {
    const { device, plan } = this.#options;
    for (const kind of isMeasuring ? MEASURED_KINDS : (['install'] as const)) {
      await this.#want(kind);
      const steps = await this.#cleanLife();
      if (isMeasuring) plan.learn(kind, steps);
      if (kind === 'install') installWitness(device.folder);
    }
  }

  async play(): Promise<void> {
    const { tally } = this.#options;
    while (!tally.isOver()) {
      if (this.#hasVerdict()) await this.#nextWish();
      await this.#oneLife();
    }
  }

  /** Lives until everything is told. Answers what was written from the beginning. */
  async settle() {
    const { device } = this.#options;
    await this.#cleanLife();
    return readWitness(device.folder);
  }

  async #nextWish(): Promise<void> {
    const { random, plan, device } = this.#options;
    const kinds: WishKind[] = ['update', 'rollback'];
    for (const kind of ['self-update', 'self-return'] as const)
      if (random.chance(plan.hasLeft(kind) ? 0.3 : 0.1)) kinds.push(kind);
    const isOnGood =
      this.#wish !== null && this.#wish.app === device.name && !this.#wish.isBad && this.#before.phase === 'healthy';
    if (isOnGood && (plan.hasLeft('install') || random.chance(0.1))) kinds.push('install');
    const kind = random.pick(kinds as [WishKind, ...WishKind[]]);
    if (kind !== 'install' || this.#wish === null) return this.#want(kind);
    // The same release on a device that has nothing: its disk was changed, say. What it had to tell is told before.
    await this.#cleanLife();
    emptyDevice(device.folder);
    this.#before = readFacts(device.folder, device.name);
    this.#wish = { ...this.#wish, kind };
    this.#isFresh = true;
  }

  async #want(kind: WishKind): Promise<void> {
    const { stage, device } = this.#options;
    if (this.#wish !== null) await conclude(stage, this.#wish);
    this.#counter += 1;
    this.#wish = await wish(stage, device, this.#counter, kind);
    this.#isFresh = true;
  }

  async #oneLife(): Promise<void> {
    const { device, random, plan, tally } = this.#options;
    const isAtStep = random.chance(this.#isFresh ? 0.9 : 0.4);
    const step = isAtStep && this.#wish !== null ? plan.next(this.#wish.kind) : null;
    this.#isFresh = false;
    const isOffline = step === null || random.chance(0.3);
    if (isOffline) device.pull();
    else device.plug();
    const life = this.#begin(step);
    if (step === null && random.chance(0.15)) await within(random.int(BOOT_MS), life.exited);
    else await this.#liveOn(life, step);
    if (step !== null) plan.ended(step, life.wasKilled());
    if (life.endedByItself()) tally.found('leftWorse', `${device.name} ended by itself: see ${device.logFile}`);
    await life.kill();
    tally.killed('agent');
    this.#look();
  }

  async #liveOn(life: AgentLife, step: Step | null): Promise<void> {
    const { device, random } = this.#options;
    await this.#judge(life);
    device.plug();
    if (step === null) return within(random.int(RANDOM_MS), life.exited);
    const deadlineMs = performance.now() + (isOfAgent(step.kind) ? AGENT_STEP_MS : STEP_MS);
    while (life.isRunning() && performance.now() < deadlineMs && !this.#hasVerdict()) await within(50, life.exited);
    if (life.isRunning()) await within(500, life.exited);
  }

  /** The program itself is asked which release it is. */
  async #judge(life: AgentLife): Promise<void> {
    const { device, tally, patienceMs } = this.#options;
    const httpUrl = await life.httpUrl;
    if (httpUrl === null || this.#before.confirmedCounter === 0) return;
    const may = new Set([`1.${this.#before.confirmedCounter}.0`]);
    if (this.#wish?.app === device.name && !this.#wish.isBad) may.add(this.#wish.version);
    let heard = 'nothing';
    const answer = async () => {
      if (!life.isRunning()) return 'it ended';
      const response = await fetch(`${life.placeNow()}/${device.name}/version`, { signal: AbortSignal.timeout(5_000) });
      heard = `${response.status} ${(await response.text()).slice(0, 80)}`;
      return may.has(heard.slice(4)) ? heard : undefined;
    };
    try {
      const found = await eventually('an answer', patienceMs, answer, 20);
      if (found !== 'it ended') tally.findings.judged += 1;
    } catch {
      tally.findings.judged += 1;
      tally.found('leftWorse', `${device.name} answers ${heard}, may run ${[...may].join(' or ')}`);
    }
  }

  #begin(step: Step | null): AgentLife {
    const { device, stage } = this.#options;
    const crashAt = step === null ? null : `${step.name}:${step.nth}`;
    return beginAgentLife({
      launcher: device.launcher,
      folder: device.folder,
      logFile: device.logFile,
      crashAt,
      cacheDir: stage.cacheDir,
    });
  }

  /** What a dead agent left on its disk, against what it had before. */
  #look(): void {
    const { device, tally, breakages } = this.#options;
    this.#looks += 1;
    const breakage = breakages[this.#looks % breakages.length];
    if (breakage !== undefined) breakPromise(breakage, device.folder);
    const now = readFacts(device.folder, device.name);
    const before = this.#before;
    if (now.generation < before.generation)
      tally.found('regressed', `${device.name} generation ${before.generation} → ${now.generation}`);
    if (now.confirmedCounter < before.confirmedCounter)
      tally.found('regressed', `${device.name} confirmed ${before.confirmedCounter} → ${now.confirmedCounter}`);
    this.#before = {
      ...now,
      confirmedCounter: Math.max(before.confirmedCounter, now.confirmedCounter),
      generation: Math.max(before.generation, now.generation),
    };
    if (!this.#hasVerdict() || this.#wish === null) return;
    const { phase } = readFacts(device.folder, this.#wish.app);
    // A sound version of the agent that was killed at each of its tries is put back too: that is its rule.
    const isAsWished = isOfAgent(this.#wish.kind) || phase === (this.#wish.isBad ? 'reverted' : 'healthy');
    if (this.#wish.kind === 'self-return' && phase === 'healthy')
      tally.found('leftWorse', `${device.name} confirmed an agent that never checked in`);
    if (!isAsWished)
      tally.found('oddEnds', `${device.name} ${this.#wish.kind} ${this.#wish.version} ended ${now.phase}`);
  }

  #hasVerdict(): boolean {
    if (this.#wish === null) return false;
    const { phase, version } = readFacts(this.#options.device.folder, this.#wish.app);
    return version === this.#wish.version && VERDICTS.has(phase);
  }

  /**
   * Lives without a step to end at, until the wish is fulfilled and all is told. Answers their steps. The launcher's watch ends a
   * version of the agent that was put back and does not leave; a service manager would begin the next life, so this does.
   */
  async #cleanLife(): Promise<Readonly<Record<string, number>>> {
    const { device } = this.#options;
    device.plug();
    const saidBytes = existsSync(device.logFile) ? statSync(device.logFile).size : 0;
    let life = await this.#beginReady();
    const isDone = async () => {
      if (this.#hasVerdict() && readOutboxRows(device.folder) === 0) return true;
      if (life.endedByItself()) throw new Error(`${device.name} ended by itself: see ${device.logFile}`);
      if (life.wasKilled()) life = await this.#beginReady();
    };
    await eventually(`${device.name} fulfils ${this.#wish?.version} and tells it`, CLEAN_MS, isDone);
    await life.stop();
    this.#look();
    return stepsSince(device.logFile, saidBytes);
  }

  async #beginReady(): Promise<AgentLife> {
    const { device } = this.#options;
    const life = this.#begin(null);
    if ((await life.httpUrl) === null)
      throw new Error(`${device.name} ended before it was ready: see ${device.logFile}`);
    return life;
  }
}

/** Of all the agents that one life became, the most of each. */
function stepsSince(logFile: string, saidBytes: number): Readonly<Record<string, number>> {
  const most: Record<string, number> = {};
  for (const line of readFileSync(logFile).subarray(saidBytes).toString('utf8').split('\n')) {
    if (!line.includes('"steps":')) continue;
    const { steps } = JSON.parse(line) as { steps: Record<string, number> };
    for (const [name, count] of Object.entries(steps)) most[name] = Math.max(most[name] ?? 0, count);
  }
  return most;
}

async function within(ms: number, ended: Promise<void>): Promise<void> {
  await Promise.race([pause(ms), ended]);
}
