import { z } from 'zod';
import { canonicalJson } from '../canonical.ts';
import type { Release } from '../manifest/release.ts';
import { appName, type TargetName, targetName, version } from '../names.ts';

/**
 * How a release stands in the TUF repository: as a target whose bytes are the release payload, so that its digest is the release's
 * identity, and whose custom block repeats what decides about running it. Publisher, control plane and device compute all of it here.
 */

/** Which fields of the payload the custom block repeats. */
const REPEATED = ['app', 'version', 'releaseCounter', 'variants', 'capabilities', 'limits', 'config'] as const;

/** What the bytes of a release are, over HTTP and in registries. */
export const RELEASE_MEDIA_TYPE = 'application/vnd.wherry.release.v1+json';

/** `{tenant}/{app}/{version}.json` */
export function releaseTargetPath(tenant: string, app: string, releaseVersion: string): string {
  return `${tenant}/${app}/${releaseVersion}.json`;
}

/** The one delegated, terminating role for an app's releases. No name has a dot, so two pairs never share a role. */
export function publisherRole(tenant: string, app: string): string {
  return `pub.${tenant}.${app}`;
}

/** What the delegation of that role covers. */
export function publisherPaths(tenant: string, app: string): readonly string[] {
  return [`${tenant}/${app}/*`];
}

/** Of `custom`. What only has to equal the payload is any JSON here. Numbers with a fraction stand as text: TUF's JSON has integers only. */
export const releaseCustom = z.strictObject({
  app: appName,
  version,
  releaseCounter: z.int().min(1),
  /** Classes of device that it fits; without it any. */
  targets: z.array(targetName).max(64).optional(),
  variants: z.json(),
  capabilities: z.json(),
  limits: z.json(),
  config: z.json(),
});
export type ReleaseCustom = z.infer<typeof releaseCustom>;

export function customOfRelease(release: Release, targets?: readonly TargetName[]): ReleaseCustom {
  const repeated = Object.fromEntries(REPEATED.map((name) => [name, withoutFractions(release[name])]));
  return { ...repeated, ...(targets === undefined ? {} : { targets: [...targets] }) } as ReleaseCustom;
}

/** True when the custom block says of the payload what the payload says of itself. */
export function doesCustomAgree(custom: ReleaseCustom, release: Release): boolean {
  return canonicalJson(customOfRelease(release, custom.targets)) === canonicalJson(custom);
}

function withoutFractions(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(withoutFractions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, withoutFractions(member)]])),
  );
}
