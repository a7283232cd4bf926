/** The contract: what travels between publisher, control plane and device, and what all of them must compute alike. */

export { type AdmissionTerms, type AdmittedModule, admit } from './admission/admit.ts';
export { MODULE_BOUNDS, WASM_PAGE_BYTES } from './admission/bounds.ts';
export {
  ASSEMBLYSCRIPT_IMPORTS,
  ASSEMBLYSCRIPT_MODULE,
  type Grant,
  HOST_IMPORTS,
  HOST_MODULE,
  hasGrant,
  WASI_MODULE,
} from './admission/imports.ts';
export type { ExternalKind, ModuleExport, ModuleImport } from './admission/module.ts';
export { WASI_PREVIEW1_FUNCTIONS } from './admission/wasi-functions.ts';
export * from './api/access.ts';
export * from './api/attention.ts';
export * from './api/audit.ts';
export * from './api/authority.ts';
export * from './api/client.ts';
export * from './api/devices.ts';
export * from './api/evidence.ts';
export * from './api/hand-out-secret.ts';
export * from './api/index.ts';
export * from './api/may-call.ts';
export * from './api/operation.ts';
export * from './api/overview.ts';
export * from './api/page.ts';
export * from './api/paths.ts';
export * from './api/problem.ts';
export {
  getRelease,
  listReleases,
  publishRelease,
  type ReleaseView,
} from './api/releases.ts';
export * from './api/rollout-actions.ts';
export * from './api/rollout-defaults.ts';
export * from './api/rollout-explain.ts';
export * from './api/rollout-plan.ts';
export * from './api/rollout-request.ts';
export * from './api/rollouts.ts';
export * from './api/scopes.ts';
export * from './api/secrets.ts';
export * from './api/sessions.ts';
export * from './api/stream.ts';
export * from './api/tenants.ts';
export * from './api/trust.ts';
export * from './api/users.ts';
export {
  APP_TOPIC_LEVELS_MAX,
  type AppTopic,
  appFilter,
  buildAppTopic,
  fleetAppFilter,
  isAppPath,
  parseAppTopic,
} from './app-topics.ts';
export * from './audit/chain.ts';
export * from './audit/entry.ts';
export * from './canonical.ts';
export type { AdmittedComponent } from './component/admit-component.ts';
export { OFFERED_INTERFACES } from './component/host-interfaces.ts';
export { isComponent } from './component/read-component.ts';
export * from './detached.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './limits.ts';
export { checkComponentSecrets } from './manifest/component-secrets.ts';
export { concurrencyOf, whyNotConcurrent } from './manifest/concurrency.ts';
export { refuseContainer } from './manifest/container-terms.ts';
export { checkCron } from './manifest/cron.ts';
export type { Locate } from './manifest/explain.ts';
export {
  asksForHardware,
  type GpioDirection,
  type HardwareGrants,
  type HardwareInventory,
  hardwareInventory,
  hardwareName,
  missingHardware,
} from './manifest/hardware.ts';
export { nearest } from './manifest/nearest.ts';
export { type Manifest, type ManifestDocument, type ManifestVariant, parseManifest } from './manifest/parse.ts';
export * from './manifest/release.ts';
export { type Publication, type ResolvedArtifact, resolveManifest } from './manifest/resolve.ts';
export * from './messages/claim.ts';
export * from './messages/desired.ts';
export * from './messages/limit-hit.ts';
export * from './messages/report.ts';
export * from './messages/session.ts';
export * from './messages/usage.ts';
export * from './names.ts';
export * from './oci/registry.ts';
export * from './quantities.ts';
export * from './secrets/hpke.ts';
export * from './secrets/sealed-secret.ts';
export { matchesSelector, type Selectable } from './selector/match.ts';
export { parseSelector } from './selector/parse.ts';
export { formatSelector, RESERVED_SELECTOR_KEYS, type Selector, type SelectorTerm } from './selector/syntax.ts';
export * from './topics.ts';
export * from './trust/files.ts';
export * from './trust/metadata.ts';
export * from './trust/publisher-rules.ts';
export * from './trust/release-target.ts';
export * from './trust/repository-fields.ts';
export * from './trust/repository-rules.ts';
export * from './trust/signed-bytes.ts';
export * from './trust/signers.ts';
