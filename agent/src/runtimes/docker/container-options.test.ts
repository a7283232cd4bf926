import { release } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import type { WorkloadSpec } from '../port.ts';
import { planContainer } from './container-options.ts';

const DIGEST = `sha256:${'cd'.repeat(32)}`;
const MIB = 1024 * 1024;

function plan(changes: { release?: object; spec?: Partial<WorkloadSpec>; user?: string } = {}) {
  const parsed = release.parse({
    app: 'box',
    version: '1.0.0',
    releaseCounter: 1,
    variants: [{ kind: 'container', image: DIGEST, platforms: ['linux/amd64'] }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * MIB, cpuShare: 0.2, wallMs: 1_000 },
    health: { afterMs: 1_000, everyMs: 10_000, failures: 3, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
    ...changes.release,
  });
  const [variant] = parsed.variants;
  if (!variant) throw new Error('a release has a variant');
  return planContainer({
    spec: {
      ...{
        app: 'box',
        release: parsed,
        releaseDigest: DIGEST,
        variant,
        config: {},
        artifactPath: null,
        dataPath: null,
      },
      ...changes.spec,
    },
    imageId: DIGEST,
    hasHealthcheck: true,
    user: changes.user ?? '65534:65534',
    device: 'default/pi-7',
    engineCores: 2,
    nonce: 'beef',
  });
}

describe('what a container is given', () => {
  it('is no network and no port unless the release asks', () => {
    expect(plan().options.HostConfig).toMatchObject({ NetworkMode: 'none' });
    expect(plan().options.HostConfig).not.toHaveProperty('PortBindings');
    expect(plan({ release: { capabilities: { http: { allow: [] } } } }).options.HostConfig?.NetworkMode).toBe('bridge');
    expect(plan({ release: { capabilities: { mqtt: { publish: [] } } } }).options.HostConfig?.NetworkMode).toBe(
      'bridge',
    );
    const health = { afterMs: 0, everyMs: 1_000, failures: 1, soakMs: 0, http: { path: '/', port: 80 } };
    const { HostConfig } = plan({ release: { health } }).options;
    expect(HostConfig).toMatchObject({ NetworkMode: 'bridge', PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1' }] } });
  });

  it('is memory without swap, raised to what engines accept, and that is said', () => {
    expect(plan().options.HostConfig).toMatchObject({ Memory: 16 * MIB, MemorySwap: 16 * MIB, NanoCpus: 2e8 });
    const small = plan({ release: { limits: { memoryBytes: 65_536, cpuShare: 0.001, wallMs: 1_000 } } });
    expect(small.options.HostConfig).toMatchObject({ Memory: 6 * MIB, MemorySwap: 6 * MIB, NanoCpus: 1e7 });
    expect(small.notes.join()).toContain('raised');
  });

  it('is its settings, which cannot overwrite what the agent says', () => {
    const { Env } = plan({ spec: { config: { ZONE: 'a=b', WHERRY_APP: 'other' } } }).options;
    expect(Env).toEqual(expect.arrayContaining(['ZONE=a=b', 'WHERRY_APP=box', 'WHERRY_VERSION=1.0.0']));
    expect(Env).not.toContain('WHERRY_APP=other');
  });

  it('is one folder, mounted as it is named', () => {
    const { HostConfig } = plan({ spec: { dataPath: '/var/lib/wherry/data/a:b' } }).options;
    expect(HostConfig?.Mounts).toEqual([{ Type: 'bind', Source: '/var/lib/wherry/data/a:b', Target: '/data' }]);
  });

  it('is standard input only for a release with events', () => {
    expect(plan().options.OpenStdin).toBe(false);
    expect(plan({ release: { triggers: [{ on: 'mqtt', filter: 'a/b' }] } }).options.OpenStdin).toBe(true);
  });

  it('is checked at least twice as often as it is asked', () => {
    expect(plan().options.Healthcheck).toMatchObject({ Interval: 1e9, Retries: 3 });
    const slow = { afterMs: 0, everyMs: 60_000, failures: 5, soakMs: 0 };
    expect(plan({ release: { health: slow } }).options.Healthcheck).toMatchObject({ Interval: 30e9, Retries: 5 });
  });
});
