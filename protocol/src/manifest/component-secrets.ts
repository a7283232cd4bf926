import type { Problem } from '../errors.ts';
import { type Locate, problemAt } from './explain.ts';
import type { Capabilities, WasmAbi } from './release.ts';

/**
 * A component sees secrets in its environment only: WASI 0.2 has no call to ask for one. So a secret without `env: true` would never
 * reach it. Refused at publishing, by whoever signs and by whoever takes the release in; a release that was published before goes on.
 */
interface SecretParts {
  readonly variants: readonly { readonly kind: string; readonly abi?: WasmAbi }[];
  readonly capabilities: Pick<Capabilities, 'secrets'>;
}

/** Code: invalid_manifest, one for each secret. */
export function checkComponentSecrets(
  { variants, capabilities }: SecretParts,
  locate: Locate = () => undefined,
): Problem[] {
  if (variants.every(({ abi }) => abi !== 'component')) return [];
  return Object.entries(capabilities.secrets ?? {}).flatMap(([name, grant]) => {
    if (grant.env === true) return [];
    const advice = `a component finds secrets in its environment only: write secrets: { ${name}: { env: true } }`;
    return [problemAt(['capabilities', 'secrets', name], advice, locate)];
  });
}
