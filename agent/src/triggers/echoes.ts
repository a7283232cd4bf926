import { createHash } from 'node:crypto';

/**
 * A broker sends a session its own messages back (MQTT 3.1.1 has no other way). Each message published with a matching
 * subscription is noted here, and its echo is recognised once.
 */
export interface Echoes {
  expect(topic: string, payload: Uint8Array, nowMs: number): void;
  /** True when this is the echo of an own message. */
  isEcho(topic: string, payload: Uint8Array, nowMs: number): boolean;
  clear(): void;
}

export function createEchoes(keep: number, forMs: number): Echoes {
  /** Until when, by message; several of the same are several times. Oldest first. */
  const expected = new Map<string, number[]>();
  return {
    expect(topic, payload, nowMs) {
      const key = keyOf(topic, payload);
      const until = [...(expected.get(key) ?? []), nowMs + forMs].slice(-keep);
      expected.delete(key);
      expected.set(key, until);
      for (const oldest of expected.keys()) {
        if (expected.size <= keep) break;
        expected.delete(oldest);
      }
    },
    isEcho(topic, payload, nowMs) {
      const key = keyOf(topic, payload);
      const until = (expected.get(key) ?? []).filter((endMs) => endMs >= nowMs);
      const isOwn = until.shift() !== undefined;
      if (until.length > 0) expected.set(key, until);
      else expected.delete(key);
      return isOwn;
    },
    clear: () => expected.clear(),
  };
}

function keyOf(topic: string, payload: Uint8Array): string {
  return createHash('sha256').update(topic).update('\0').update(payload).digest('base64');
}
