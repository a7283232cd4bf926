import { capabilities, variant } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { capabilitiesText, triggerText, variantText } from './release-text.ts';

it('whoever signs a release reads everything that it may use', () => {
  const granted = capabilities.parse({
    mqtt: { publish: ['hvac/setpoint'], fleet: ['totals'] },
    http: { allow: ['https://api.example.com'], private: true },
    kv: true,
    env: ['ZONE'],
    secrets: { API_KEY: {} },
    dataBytes: 4096,
    serial: ['meter'],
    features: ['memory64'],
  });
  const text = capabilitiesText(granted);
  for (const part of [
    'hvac/setpoint',
    'totals',
    'api.example.com',
    'private',
    'kv',
    'ZONE',
    'API_KEY',
    '4KiB',
    'meter',
  ])
    expect(text).toContain(part);
  expect(text).toContain('memory64');
  expect([capabilitiesText({}), capabilitiesText({ kv: false, env: [] })]).toEqual(['nothing', 'nothing']);
});

it('and from where it is reached, and what it reaches', () => {
  expect(triggerText({ on: 'mqtt', filter: 'a/b', from: 'fleet' })).not.toBe(
    triggerText({ on: 'mqtt', filter: 'a/b' }),
  );
  const image = `registry.example/cam@sha256:${'a'.repeat(64)}`;
  const closed = variant.parse({ kind: 'container', image, platforms: ['linux/arm64'] });
  const open = variant.parse({ kind: 'container', image, platforms: ['linux/arm64'], network: 'open' });
  expect(variantText(open)).not.toBe(variantText(closed));
});
