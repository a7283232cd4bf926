import { expect, it } from 'vitest';
import { refuseContainer } from './container-terms.ts';
import { parseManifest } from './parse.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const HTTP = { capabilities: { http: { allow: ['https://api.example.com'] } } };

function codeOf(more: object, network?: 'open'): string | undefined {
  const container = {
    image: `registry.example/app@${DIGEST}`,
    platforms: ['linux/arm64'],
    ...(network && { network }),
  };
  const parsed = parseManifest({ value: { app: 'box', version: '1.0.0', variants: [{ container }], ...more } });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const [variant] = parsed.value.variants;
  if (variant?.kind !== 'container') throw new Error('the variant is a container');
  return refuseContainer(variant, parsed.value)?.code;
}

it.each<[string, object, string | undefined]>([
  ['nothing that an engine cannot do', { triggers: ['start', { cron: '* * * * *' }, { mqtt: 'a/b' }] }, undefined],
  ['http triggers', { triggers: [{ http: '/x' }] }, 'feature_refused'],
  ['a probe without a port', { health: { http: '/up' } }, 'feature_refused'],
  ['a probe with one', { health: { http: { path: '/up', port: 80 } } }, undefined],
  ['addresses to be held to', HTTP, 'capability_denied'],
])('a container with %s', (_, more, code) => {
  expect(codeOf(more)).toBe(code);
});

it('a container whose publisher says that it may reach any address is not held to some', () => {
  expect(codeOf(HTTP, 'open')).toBeUndefined();
});
