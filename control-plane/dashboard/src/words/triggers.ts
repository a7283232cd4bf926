import type { Release } from '@wherry/protocol';
import { bytes } from './units.ts';

type Trigger = Release['triggers'][number];

export function triggerWords(trigger: Trigger): string {
  switch (trigger.on) {
    case 'start':
      return 'at start, keeps running';
    case 'cron':
      return `cron ${trigger.schedule}${trigger.timeZone ? ` (${trigger.timeZone})` : ''}`;
    case 'mqtt':
      return `MQTT ${trigger.filter}`;
    case 'http':
      return `HTTP ${trigger.methods.join(', ')} ${trigger.path}`;
  }
}

/** One line for each capability that the release asks for. */
export function capabilityWords(capabilities: Release['capabilities']): readonly string[] {
  const { mqtt, http, kv, dataBytes, gpio = {}, i2c = {}, serial = [], features = [] } = capabilities;
  return [
    ...(mqtt ? [`publish to ${mqtt.publish.join(', ')}`] : []),
    ...(http ? [`call ${http.allow.join(', ')}${http.private ? ', private addresses too' : ''}`] : []),
    ...(kv ? ['key-value store'] : []),
    ...(dataBytes === undefined ? [] : [`private folder of ${bytes(dataBytes)}`]),
    ...Object.entries(gpio).map(([pin, direction]) => (direction === 'out' ? `drive pin ${pin}` : `read pin ${pin}`)),
    ...Object.entries(i2c).map(
      ([bus, addresses]) => `I2C ${bus} at ${addresses.map((address) => `0x${address.toString(16)}`).join(', ')}`,
    ),
    ...serial.map((name) => `serial device ${name}`),
    ...features.map((name) => `Wasm feature ${name}`),
  ];
}
