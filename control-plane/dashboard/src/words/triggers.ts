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
  const { mqtt, http, kv, dataBytes } = capabilities;
  return [
    ...(mqtt ? [`publish to ${mqtt.publish.join(', ')}`] : []),
    ...(http ? [`call ${http.allow.join(', ')}`] : []),
    ...(kv ? ['key-value store'] : []),
    ...(dataBytes === undefined ? [] : [`private folder of ${bytes(dataBytes)}`]),
  ];
}
