import { afterEach, describe, expect, it } from 'vitest';
import type { Instance, Runtime, TriggerEvent, WorkloadSpec } from '../port.ts';
import { recordingHost } from './recording-host.ts';

/**
 * What the shell relies on, whatever runs a workload. Every adapter runs this suite; one that cannot do a case names it in `skips`
 * with its reason, which is printed.
 */
export const BEHAVIOURS = ['well', 'refused', 'unhealthy', 'failing', 'ending'] as const;
/**
 * well: starts, lives, is healthy, answers calls · refused: `prepare` refuses it · unhealthy: lives, probes fail · failing: lives, a
 * call fails · ending: its `start` ends with exit code 0.
 */
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface RuntimeHarness {
  runtime(): Promise<Runtime>;
  spec(behaviour: Behaviour): WorkloadSpec;
  /** A trigger that `well` and `failing` take; null for runtimes whose workloads take none. */
  readonly event: TriggerEvent | null;
  readonly skips?: Partial<Record<Behaviour, string>>;
}

const GRACE_MS = 5_000;

export function describeRuntime(name: string, harness: RuntimeHarness): void {
  const started: Instance[] = [];
  const skipped = (behaviour: Behaviour) => harness.skips?.[behaviour];
  const title = (behaviour: Behaviour, text: string) => {
    const reason = skipped(behaviour);
    return reason === undefined ? text : `${text} [skipped: ${reason}]`;
  };

  async function start(behaviour: Behaviour): Promise<Instance> {
    const runtime = await harness.runtime();
    const outcome = await runtime.start(harness.spec(behaviour), recordingHost());
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    started.push(outcome.value);
    return outcome.value;
  }

  afterEach(async () => {
    for (const instance of started.splice(0)) await instance.stop(0);
  });

  describe(`runtime contract: ${name}`, () => {
    it('says its version', async () => {
      const runtime = await harness.runtime();
      expect(await runtime.probe()).toMatchObject({ ok: true, value: { version: expect.stringMatching(/./) } });
    });

    it('prepares the same release twice', async () => {
      const runtime = await harness.runtime();
      expect(await runtime.prepare(harness.spec('well'))).toMatchObject({ ok: true });
      expect(await runtime.prepare(harness.spec('well'))).toMatchObject({ ok: true });
    });

    it.skipIf(skipped('refused'))(title('refused', 'refuses in prepare and in start with the same code'), async () => {
      const runtime = await harness.runtime();
      const prepared = await runtime.prepare(harness.spec('refused'));
      const outcome = await runtime.start(harness.spec('refused'), recordingHost());
      expect(prepared).toMatchObject({ ok: false });
      expect(outcome).toMatchObject({ ok: false });
      if (!prepared.ok && !outcome.ok) expect(outcome.problems[0]?.code).toBe(prepared.problems[0]?.code);
    });

    it('lives until it is stopped, and stopping twice is the same', async () => {
      const instance = await start('well');
      expect(await instance.probe()).toMatchObject({ ok: true });
      await Promise.all([instance.stop(GRACE_MS), instance.stop(GRACE_MS)]);
      expect(await instance.exited).toEqual({ kind: 'stopped' });
      await instance.stop(GRACE_MS);
    });

    it('is unhealthy and takes no call after it was stopped', async () => {
      const instance = await start('well');
      await instance.stop(GRACE_MS);
      expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
      if (harness.event !== null)
        expect(await instance.call(harness.event)).toMatchObject({ ok: false, problems: [{ code: 'unavailable' }] });
    });

    it('counts what it used', async () => {
      const instance = await start('well');
      const usage = await instance.usage();
      for (const key of ['cpuMs', 'memoryBytes', 'calls', 'errors', 'limitsHit'] as const)
        expect(usage[key]).toBeGreaterThanOrEqual(0);
    });

    it.skipIf(harness.event === null)('runs calls that come at once, each to its end', async () => {
      const instance = await start('well');
      const event = harness.event as TriggerEvent;
      const outcomes = await Promise.all([instance.call(event), instance.call(event), instance.call(event)]);
      expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, true]);
      expect(await instance.usage()).toMatchObject({ calls: 3, errors: 0 });
    });

    it.skipIf(skipped('failing') || harness.event === null)(
      title('failing', 'tells that a call failed, counts it, and lives on'),
      async () => {
        const instance = await start('failing');
        const outcome = await instance.call(harness.event as TriggerEvent);
        expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'guest_error' }] });
        expect(await instance.usage()).toMatchObject({ calls: 1, errors: 1 });
        expect(await instance.probe()).toMatchObject({ ok: true });
      },
    );

    it.skipIf(skipped('unhealthy'))(title('unhealthy', 'fails its probe'), async () => {
      const instance = await start('unhealthy');
      expect(await instance.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
    });

    it.skipIf(skipped('ending'))(title('ending', 'says when it ended by itself'), async () => {
      const instance = await start('ending');
      void instance.call({ on: 'start' });
      expect(await instance.exited).toEqual({ kind: 'ended', exitCode: 0 });
    });

    it('cleans up while nothing is left over', async () => {
      const runtime = await harness.runtime();
      await expect(runtime.cleanUp()).resolves.toBeUndefined();
    });
  });
}
