import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../sim/random.ts';
import { endAllLives } from './agent-life.ts';
import { type Options, SERVER_SHARE } from './command-line.ts';
import { Lane } from './lane.ts';
import { compareReports } from './reports.ts';
import { openStage, type Stage } from './stage.ts';
import { StepPlan } from './steps.ts';
import { createTally, type Tally } from './tally.ts';

/** What the command prints. */
export interface Outcome {
  readonly kills: number;
  readonly left_worse: number;
  readonly lost_reports: number;
  readonly doubled: number;
  readonly regressed: number;
  readonly [figure: string]: unknown;
}

const SAID_MAX = 10;

export async function torture(dir: string, options: Options, say: (line: string) => void): Promise<Outcome> {
  const startedAtMs = performance.now();
  say(`seed ${options.seed}`);
  const random = new Random(options.seed);
  const plan = new StepPlan(random);
  const tally = createTally(options.kills, startedAtMs + options.withinMs, say);
  const stage = await openStage(dir);
  try {
    const lanes: { readonly name: string; readonly lane: Lane }[] = [];
    for (let at = 0; at < options.devices; at += 1) {
      const device = await stage.addDevice(`dev-${at}`);
      const lane = new Lane({
        stage,
        device,
        random: new Random(options.seed + at),
        plan,
        tally,
        breakages: options.breakages,
        patienceMs: options.patienceMs,
      });
      await lane.begin(at === 0);
      lanes.push({ name: device.name, lane });
    }
    say(`${options.devices} devices run; ${plan.summary().known} named steps to kill at`);
    await Promise.all([...lanes.map(({ lane }) => lane.play()), killServer(stage, tally)]);
    say('nothing more is killed; waiting until everything is told');
    const written = new Map<string, Awaited<ReturnType<Lane['settle']>>>();
    for (const { name, lane } of lanes) written.set(name, await lane.settle());
    await stage.controlPlane.program().stop();
    const reports = compareReports(join(dir, 'server'), written);
    for (const line of [...reports.lost, ...reports.doubled].slice(0, SAID_MAX)) say(line);
    const { kills, serverKills, judged, leftWorse, regressed, oddEnds } = tally.findings;
    return {
      kills,
      left_worse: leftWorse,
      lost_reports: reports.lost.length,
      doubled: reports.doubled.length,
      regressed,
      server_kills: serverKills,
      starts_judged: judged,
      odd_ends: oddEnds,
      reports: reports.written,
      steps: plan.summary(),
      seed: options.seed,
      seconds: Math.round((performance.now() - startedAtMs) / 1_000),
    };
  } finally {
    await endAllLives();
    await stage.close();
  }
}

/** The control plane, and the broker in it, end and come back in the middle of it all. */
async function killServer(stage: Stage, tally: Tally): Promise<void> {
  for (let next = SERVER_SHARE / 2; !tally.isOver(); next += SERVER_SHARE) {
    while (tally.findings.kills < next && !tally.isOver()) await pause(50);
    if (tally.isOver()) return;
    await stage.controlPlane.program().kill();
    tally.killed('server');
    await stage.controlPlane.restart();
  }
}
