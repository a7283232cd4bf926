/** What a claim, a renewal and a look for other authorities are made of, for tests against a real control plane that cut them off at any point. */

export { issuerOf, readBundle } from '../src/claim/authorities.ts';
export { takeIdentity } from '../src/claim/take-identity.ts';
export { createHttpClient } from '../src/link/http-client.ts';
export { createEffects, type Effects } from '../src/shell/effects.ts';
export { learnAuthorities } from '../src/shell/learn-authorities.ts';
export { renewCertificate } from '../src/shell/renew-certificate.ts';
export { readIdentity } from '../src/store/provisioning.ts';
export { readTls, type TlsIdentity } from '../src/store/tls-files.ts';
export { tinyModule } from './tiny-module.ts';
