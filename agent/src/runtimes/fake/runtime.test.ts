import { refuse, release } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import type { WorkloadSpec } from '../port.ts';
import { type Behaviour, describeRuntime } from '../testing/contract.ts';
import { recordingHost } from '../testing/recording-host.ts';
import { FakeRuntime } from './runtime.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

function spec(app: string): WorkloadSpec {
  const parsed = release.parse({
    app,
    version: '1.0.0',
    releaseCounter: 1,
    variants: [{ kind: 'wasm', abi: 'assemblyscript', module: { digest: DIGEST, sizeBytes: 1 } }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 65_536, cpuShare: 1, wallMs: 1000 },
    health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
  });
  const [variant] = parsed.variants;
  if (variant === undefined) throw new Error('a release has a variant');
  return { app, release: parsed, releaseDigest: DIGEST, variant, config: {}, artifactPath: null, dataPath: null };
}

function scripted(): FakeRuntime {
  const runtime = new FakeRuntime();
  runtime.scripts.set('refused', { refusal: { code: 'import_refused', message: 'scripted' } });
  runtime.scripts.set('unhealthy', { unhealthy: 'scripted' });
  runtime.scripts.set('failing', { call: () => refuse('guest_error', 'scripted') });
  return runtime;
}

describeRuntime('fake', {
  runtime: async () => scripted(),
  spec: (behaviour: Behaviour) => spec(behaviour),
  event: { on: 'cron', schedule: '* * * * *', atMs: 0 },
  skips: { ending: 'a test ends a fake instance itself' },
});

describe('fake runtime', () => {
  it('ends as a test wants, and knows what runs', async () => {
    const runtime = scripted();
    await runtime.start(spec('app'), recordingHost());
    const [instance] = runtime.running('app');
    instance?.end({ kind: 'crashed', code: 'guest_error', message: 'scripted' });
    expect(await instance?.exited).toMatchObject({ kind: 'crashed', code: 'guest_error' });
    expect(runtime.running('app')).toEqual([]);
  });

  it('reads its script anew at each step', async () => {
    const runtime = scripted();
    const started = await runtime.start(spec('app'), recordingHost());
    if (!started.ok) throw new Error('not started');
    expect(await started.value.probe()).toMatchObject({ ok: true });
    runtime.scripts.set('app@1.0.0', { unhealthy: 'now' });
    expect(await started.value.probe()).toMatchObject({ ok: false, problems: [{ code: 'health_failed' }] });
  });
});
