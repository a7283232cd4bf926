import type { LimitHit } from '@wherry/protocol';
import type { HostServices } from '../port.ts';

export interface RecordingHost extends HostServices {
  readonly logs: Parameters<HostServices['log']>[0][];
  readonly published: { topic: string; payload: string }[];
  readonly values: Map<string, Uint8Array>;
  readonly limits: LimitHit[];
}

/** Keeps what a guest does, in memory. */
export function recordingHost(): RecordingHost {
  const logs: RecordingHost['logs'] = [];
  const published: RecordingHost['published'] = [];
  const values = new Map<string, Uint8Array>();
  const limits: LimitHit[] = [];
  return {
    logs,
    limits,
    limitHit: (hit) => {
      limits.push(hit);
    },
    published,
    values,
    log: (line) => {
      logs.push(line);
    },
    publish: async (topic, payload) => {
      published.push({ topic, payload: Buffer.from(payload).toString() });
      return { ok: true, message: '' };
    },
    kv: {
      get: (key) => values.get(key) ?? null,
      set: (key, value) => {
        values.set(key, value);
        return true;
      },
      delete: (key) => {
        values.delete(key);
      },
    },
  };
}
