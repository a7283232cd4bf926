import { expect, it } from 'vitest';
import { readBrokerConfig } from './command.ts';

it('reads where everything goes', () => {
  const read = readBrokerConfig(['mosquitto', '--data', '/d', '--out', '/o', '--name', 'broker.example']);
  expect(read).toMatchObject({
    kind: 'order',
    dataDir: '/d',
    at: {
      folder: '/o',
      devices: { host: '0.0.0.0', port: 8883 },
      controlPlane: { host: '127.0.0.1', port: 8884 },
      deviceUrl: 'mqtts://broker.example:8883',
      controlPlaneUrl: 'mqtts://127.0.0.1:8884',
    },
  });
  const names = read.kind === 'order' ? read.at.names : [];
  expect(names).toContainEqual({ type: 'dns', value: 'broker.example' });
  expect(names).toContainEqual({ type: 'ip', value: '127.0.0.1' });
});

it.each([
  [[], 3],
  [['other', '--data', 'x', '--out', 'y'], 1],
  [['mosquitto', '--data', 'x', '--out', 'y', '--devices', '8883'], 1],
  [['mosquitto', '--data', 'x', '--out', 'y', '--name', 'not a name'], 1],
  [['mosquitto', '--unknown'], 1],
])('says everything that is wrong with %j', (args, count) => {
  const read = readBrokerConfig(args);
  expect(read.kind === 'wrong' ? read.problems.length : read).toBe(count);
});

it('explains itself', () => expect(readBrokerConfig(['--help']).kind).toBe('help'));
