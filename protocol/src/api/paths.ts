/** Every URL that is not an operation of api/: binary bodies, streams and the device's side. One builder for both ends. */
export const API_ROOT = '/api/v1';
export const DEVICE_ROOT = '/device/v1';

export const PATHS = {
  stream: `${API_ROOT}/stream`,
  deviceLogs: (device: string) => `${API_ROOT}/devices/${encodeURIComponent(device)}/logs`,
  /** HEAD, PUT (application/octet-stream) by publishers. */
  blob: (digest: string) => `${API_ROOT}/blobs/${digest}`,
  /** GET, for browsers: on to the OpenID Connect provider. Query: `tenant`; for a program `port` (of 127.0.0.1) and `challenge`. */
  oidcStart: `${API_ROOT}/oidc/start`,
  /** Where the provider sends the browser back to. */
  oidcCallback: `${API_ROOT}/oidc/callback`,
  /** POST claimRequest → 201 claimResponse; no authentication but the token. */
  claim: `${DEVICE_ROOT}/claim`,
  /** GET: PEM of the control plane's certificate authority; 404 where it has no listener with TLS. */
  authority: '/ca.pem',
  /** POST renewRequest → 201 renewResponse; by the certificate that is to be renewed, also for a while after it has expired. */
  deviceCertificate: `${DEVICE_ROOT}/certificate`,
  /** GET, `Authorization: Bearer {tenant}/{device}:{secret}`: Envelope of desiredState; ETag is the generation, If-None-Match answers 304. */
  deviceDesired: `${DEVICE_ROOT}/desired`,
  /** GET: Envelope of a release by the digest of its payload. */
  deviceRelease: (digest: string) => `${DEVICE_ROOT}/releases/${digest}`,
  /** GET with ranges: the bytes of a blob. */
  deviceBlob: (digest: string) => `${DEVICE_ROOT}/blobs/${digest}`,
  /** GET: a secret that is sealed to the device which asks, by the digest of its sealed form. */
  deviceSecret: (digest: string) => `${DEVICE_ROOT}/secrets/${digest}`,
  /** GET: a metadata file of the TUF repository, such as `timestamp.json` or `2.root.json`. */
  deviceTuf: (file: string) => `${DEVICE_ROOT}/tuf/${file}`,
  /** GET: a zstd frame that makes the blob of another one, which is its dictionary; 404 where the blob itself is not larger. */
  deviceDelta: (digest: string, base: string) => `${DEVICE_ROOT}/blobs/${digest}/from/${base}`,
} as const;

/** Puts parameters into an operation's path. */
export function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`path ${path} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });
}
