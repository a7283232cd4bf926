/** The contract: what travels between publisher, control plane and device, and what all of them must compute alike. */
export * from './api/access.ts';
export * from './api/client.ts';
export * from './api/devices.ts';
export * from './api/index.ts';
export * from './api/operation.ts';
export * from './api/overview.ts';
export * from './api/page.ts';
export * from './api/paths.ts';
export * from './api/problem.ts';
export {
  addPublisherKey,
  getRelease,
  listPublisherKeys,
  listReleases,
  type PublisherKey,
  publisherKey,
  publishRelease,
  type ReleaseView,
  removePublisherKey,
} from './api/releases.ts';
export * from './api/rollout-actions.ts';
export * from './api/rollouts.ts';
export * from './api/stream.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './limits.ts';
export * from './manifest/release.ts';
export * from './messages/claim.ts';
export * from './messages/desired.ts';
export * from './messages/report.ts';
export * from './messages/session.ts';
export * from './messages/usage.ts';
export * from './names.ts';
export * from './topics.ts';
