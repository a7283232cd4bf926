import { DOWN_CHANNELS, UP_CHANNELS } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { CONTROL_PLANE_NAME, mosquittoAccessRules, mosquittoConfiguration } from './configuration.ts';

const rules = mosquittoAccessRules().split('\n');
const configuration = mosquittoConfiguration({
  folder: '/etc/mosquitto/wherry',
  devices: { host: '0.0.0.0', port: 8883 },
  controlPlane: { host: '127.0.0.1', port: 8884 },
});

it('gives a device every channel of its own branch in its own direction, and nothing else', () => {
  const own = rules.filter((line) => line.startsWith('pattern '));
  expect(own).toHaveLength(UP_CHANNELS.length + DOWN_CHANNELS.length + 2);
  for (const line of own) expect(line).toMatch(/^pattern (read|write) wherry\/v1\/%u\/[a-z]/);
  expect(own).toContain('pattern write wherry/v1/%u/report');
  expect(own).toContain('pattern read wherry/v1/%u/command/+');
});

it('gives the control plane the opposite directions', () => {
  const topics = rules.filter((line) => line.startsWith('topic '));
  expect(rules).toContain(`user ${CONTROL_PLANE_NAME}`);
  expect(topics).toContain('topic read wherry/v1/+/+/report');
  expect(topics).toContain('topic write wherry/v1/+/+/desired');
  expect(topics.some((line) => line.includes('topic write wherry/v1/+/+/report'))).toBe(false);
});

it('makes names of certificates the identity, on devices’ listener the client id too', () => {
  const [before, devices = '', controlPlane = ''] = configuration.split(/^listener /m);
  expect(before).toContain('allow_anonymous false');
  for (const listener of [devices, controlPlane])
    for (const rule of ['require_certificate true', 'use_identity_as_username true', 'tls_version tlsv1.3'])
      expect(listener).toContain(rule);
  expect(devices).toContain('use_username_as_clientid true');
  expect(devices).toContain('crlfile /etc/mosquitto/wherry/clients/revoked.pem');
  expect(controlPlane).not.toContain('use_username_as_clientid');
  expect(controlPlane).toContain('cafile /etc/mosquitto/wherry/control-plane.pem');
});
