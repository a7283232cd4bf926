import type { PackedPackage } from './packed-packages.ts';

/**
 * The bill of materials of a packed agent in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), as rules on the safety of
 * products ask for it. It says what is inside, not what is installed where it was packed; made of the contents alone, so that the
 * same contents give the same bytes: no time, no random serial number.
 */
export interface SbomSubject {
  readonly version: string;
  readonly target: string;
  /** The npm package that the Node binary was taken from. */
  readonly node: { readonly package: string; readonly version: string; readonly integrity: string };
}

export const SBOM_FILE = 'sbom.cdx.json';

export function makeSbom(subject: SbomSubject, packages: readonly PackedPackage[]): object {
  const agent = `wherry-agent@${subject.version}`;
  const runtime: PackedPackage = {
    name: subject.node.package,
    version: subject.node.version,
    license: 'MIT',
    integrity: subject.node.integrity,
  };
  const components = [{ ...library(runtime), type: 'platform' }, ...packages.map(library)];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': agent,
        name: 'wherry-agent',
        version: subject.version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        properties: [{ name: 'wherry:target', value: subject.target }],
      },
    },
    components,
    dependencies: [
      { ref: agent, dependsOn: components.map((component) => component['bom-ref']) },
      ...components.map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
}

function library({ name, version, license, integrity }: PackedPackage) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(license === null ? {} : { licenses: [{ expression: license }] }),
    ...(integrity === null ? {} : { hashes: [hashOf(integrity)] }),
    purl,
  };
}

function hashOf(integrity: string): { alg: string; content: string } {
  const [algorithm = '', digest = ''] = integrity.split('-', 2);
  return { alg: `SHA-${algorithm.slice('sha'.length)}`, content: Buffer.from(digest, 'base64').toString('hex') };
}
