import { type Outcome, refuse, succeed } from './errors.ts';
import { type AppName, type DeviceId, NAME_PATTERN, type TenantId } from './names.ts';
import { TOPIC_ROOT } from './topics.ts';

/**
 * Topics of the apps on the fleet's broker: `wherry/v1/{tenant}/{device}/app/{app}/in/…` to an app and `…/out/…` from it. What is
 * below is the app's own: one to eight levels. The only place that builds or parses them.
 */
export interface AppTopic {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly app: AppName;
  readonly way: 'in' | 'out';
  /** Levels of the app's own, joined by `/`. */
  readonly path: string;
}

export const APP_TOPIC_LEVELS_MAX = 8;
const PATH_BYTES_MAX = 256;
const LEVEL = /^[^+#/\p{Cc}]+$/u;

export function buildAppTopic({ tenant, device, app, way, path }: AppTopic): string {
  return `${TOPIC_ROOT}/${tenant}/${device}/app/${app}/${way}/${path}`;
}

/** Code: invalid_topic. */
export function parseAppTopic(text: string): Outcome<AppTopic> {
  const [root, versionLevel, tenant, device, branch, app, way, ...levels] = text.split('/');
  if (`${root}/${versionLevel}` !== TOPIC_ROOT || branch !== 'app')
    return refuse('invalid_topic', `topic must begin with ${TOPIC_ROOT}/{tenant}/{device}/app/`);
  if (![tenant, device, app].every((name) => name !== undefined && NAME_PATTERN.test(name)))
    return refuse('invalid_topic', 'tenant, device and app levels must be names');
  if (way !== 'in' && way !== 'out') return refuse('invalid_topic', 'in or out must follow the app');
  const path = levels.join('/');
  if (!isAppPath(path)) return refuse('invalid_topic', 'one to eight levels without wildcards must follow');
  return succeed({ tenant: tenant as TenantId, device: device as DeviceId, app: app as AppName, way, path });
}

export function isAppPath(path: string): boolean {
  const levels = path.split('/');
  return (
    levels.length <= APP_TOPIC_LEVELS_MAX &&
    new TextEncoder().encode(path).length <= PATH_BYTES_MAX &&
    levels.every((level) => LEVEL.test(level))
  );
}

/** What a device subscribes to for its apps. */
export function appFilter(tenant: string, device: string): string {
  return `${TOPIC_ROOT}/${tenant}/${device}/app/+/in/#`;
}

/** The apps of all devices: `out` is what a control plane hears of them. */
export function fleetAppFilter(way: AppTopic['way']): string {
  return `${TOPIC_ROOT}/+/+/app/+/${way}/#`;
}
