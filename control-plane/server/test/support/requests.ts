import { API_ROOT, fillPath, type Operation } from '@wherry/protocol';

/** Paths that fit an operation's schema, for walks over all of them. */
export const SAMPLE_PARAMS: Readonly<Record<string, string>> = {
  device: 'pi-1',
  app: 'thermostat',
  version: '1.0.0',
  id: '01hzzzzzzzzzzzzzzzzzzzzzzz',
};

export function samplePath(operation: Operation, params: Readonly<Record<string, string>> = {}): string {
  const keyParams = operation.path.startsWith('/publisher-keys/') ? { id: 'a'.repeat(32) } : {};
  return API_ROOT + fillPath(operation.path, { ...SAMPLE_PARAMS, ...keyParams, ...params });
}

/** A body that fits each operation that has one. */
export const SAMPLE_BODIES: Readonly<Record<string, unknown>> = {
  setDeviceLabels: { set: { stolen: 'yes' } },
  sendCommand: { kind: 'report', expiresAtMs: 4_000_000_000_000 },
  createClaimToken: { labels: { stolen: 'yes' } },
  publishRelease: {
    payloadType: 'application/vnd.wherry.release.v1+json',
    payload: 'e30=',
    signatures: [{ keyid: 'a'.repeat(32), sig: 'AAAA' }],
  },
  addPublisherKey: { name: 'stolen', key: 'AAAA' },
  updateTrust: {},
  startRollout: { app: 'thermostat', version: '1.0.0' },
  abortRollout: { reached: 'keep' },
  approveRollout: { wave: 0 },
  updateRollout: { maxInFlight: 5 },
  planRollout: { request: { app: 'thermostat', version: '1.0.0' } },
  simulateRollout: { request: { app: 'thermostat', version: '1.0.0' }, failureRate: 0.1 },
  openSession: { token: 'wop1.stranger' },
  createOperatorToken: { name: 'stolen', role: 'admin' },
};

export function jsonRequest(operation: Operation, body: unknown): RequestInit {
  const method = operation.method.toUpperCase();
  if (body === undefined) return { method };
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
