import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildImage } from './image.ts';

/**
 * `node scripts/container-image/build.ts --binary FILE --out FILE.tar [--arch amd64] [--arg A]… [--env K=V]… [--user U]
 * [--health ARG]…` writes an image archive and prints one line of JSON: what a manifest needs to name it.
 */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm' };

const { values } = parseArgs({
  options: {
    binary: { type: 'string' },
    out: { type: 'string' },
    arch: { type: 'string', default: ARCHITECTURES[process.arch] ?? process.arch },
    arg: { type: 'string', multiple: true },
    env: { type: 'string', multiple: true },
    user: { type: 'string' },
    health: { type: 'string', multiple: true },
  },
});
if (!values.binary || !values.out) {
  console.error(
    'usage: build.ts --binary FILE --out FILE.tar [--arch amd64] [--arg A] [--env K=V] [--user U] [--health ARG]',
  );
  process.exit(2);
}

const image = buildImage({
  binary: readFileSync(values.binary),
  architecture: values.arch,
  ...(values.arg ? { command: values.arg } : {}),
  ...(values.env ? { env: values.env } : {}),
  ...(values.user ? { user: values.user } : {}),
  ...(values.health ? { healthcheck: values.health } : {}),
});
writeFileSync(values.out, image.archive);
console.log(
  JSON.stringify({
    imageId: image.imageId,
    manifestDigest: image.manifestDigest,
    platform: `linux/${values.arch}`,
    archive: {
      digest: `sha256:${createHash('sha256').update(image.archive).digest('hex')}`,
      sizeBytes: image.archive.length,
    },
  }),
);
