import { API_ROOT, fillPath, type Operation } from '@wherry/protocol';

/** Paths that fit an operation's schema, for walks over all of them. */
export const SAMPLE_PARAMS: Readonly<Record<string, string>> = {
  device: 'pi-1',
  app: 'thermostat',
  version: '1.0.0',
  name: 'grace',
  key: 'a'.repeat(32),
  id: '01hzzzzzzzzzzzzzzzzzzzzzzz',
};

export function samplePath(operation: Operation, params: Readonly<Record<string, string>> = {}): string {
  const secret = operation.path.startsWith('/secrets') ? { name: 'API_KEY' } : {};
  return API_ROOT + fillPath(operation.path, { ...SAMPLE_PARAMS, ...secret, ...params });
}

/** A body that fits each operation that has one. */
export const SAMPLE_BODIES: Readonly<Record<string, unknown>> = {
  setDeviceLabels: { set: { stolen: 'yes' } },
  sendCommand: { kind: 'report', expiresAtMs: 4_000_000_000_000 },
  createClaimToken: { labels: { stolen: 'yes' } },
  publishRelease: {
    payload: 'e30=',
    role: {
      signatures: [],
      signed: { _type: 'targets', spec_version: '1.0.31', version: 1, expires: '2027-01-31T00:00:00Z', targets: {} },
    },
  },
  updateTrust: {},
  startRollout: { app: 'thermostat', version: '1.0.0' },
  abortRollout: { reached: 'keep' },
  approveRollout: { wave: 0 },
  updateRollout: { maxInFlight: 5 },
  planRollout: { request: { app: 'thermostat', version: '1.0.0' } },
  simulateRollout: { request: { app: 'thermostat', version: '1.0.0' }, failureRate: 0.1 },
  openSession: { token: 'wop1.stranger' },
  changePassword: { current: 'stolen', next: 'moths in the relay' },
  createUser: { name: 'stolen', role: 'admin', password: 'moths in the relay' },
  setUserRole: { role: 'admin' },
  setUserPassword: { password: 'moths in the relay' },
  reclaimDevice: {},
  setPublishPolicy: { requireCosign: null },
  setSecret: { version: 1, devices: [] },
  addTenant: { tenant: 'stolen' },
  moveAuthority: { step: 'replace' },
  setTenantSettings: { approvals: { aboveShare: null } },
  createOperatorToken: { name: 'stolen', role: 'admin' },
};

export function jsonRequest(operation: Operation, body: unknown): RequestInit {
  const method = operation.method.toUpperCase();
  if (body === undefined) return { method };
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
