import { resolve } from 'node:path';
import { type Manifest, publishRelease, type Release, type ReleaseView, resolveManifest } from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../connection/connect.ts';
import { CliFailure, EXIT, misused, refused } from '../failure.ts';
import { readCredentials } from '../oci/credentials.ts';
import { pushRelease } from '../oci/push-release.ts';
import { parseReference } from '../oci/reference.ts';
import { openRegistry } from '../oci/registry.ts';
import { adviseOn } from '../publishing/advice.ts';
import { type ArtifactFile, collectArtifacts } from '../publishing/artifacts.ts';
import { knownReleases } from '../publishing/next-counter.ts';
import { readPublisherKey } from '../publishing/publisher-key.ts';
import { readManifest } from '../publishing/read-manifest.ts';
import { publishFromRegistry } from '../publishing/republish.ts';
import { signRelease } from '../publishing/sign.ts';
import { missingArtifacts } from '../publishing/upload.ts';
import { uploadWithBars } from '../publishing/upload-bars.ts';
import { vouchFor } from '../publishing/vouch-for.ts';
import { note, present, type Shell } from '../shell.ts';
import { shortDigest, size } from '../terminal/figures.ts';
import { sheet } from '../terminal/table.ts';
import { collect } from './pairs.ts';
import { variantText } from './release/release-text.ts';

interface Options {
  readonly key: readonly string[];
  readonly keys?: string;
  readonly dryRun?: boolean;
  readonly oci?: string;
}

export function publishCommand(shell: Shell): Command {
  const command = new Command('publish')
    .description('check, sign and upload the release that a wherry.yaml describes')
    .argument('[path]', 'folder of the app, its manifest, or a signed release as oci://HOST/REPOSITORY@sha256:…', '.')
    .option('--key <file>', 'private key to sign with (repeat for more signatures)', collect, [])
    .option('--keys <dir>', 'folder of the keys of "wherry trust", which sign too where there is a repository')
    .option('--oci <place>', 'put the modules and the signed release into a registry too: HOST/REPOSITORY:TAG')
    .option('--dry-run', 'do everything but upload and publish')
    .addHelpText('after', '\nExample:\n  $ wherry publish ./thermostat --key ~/publisher.pem');
  return command.action(async (path: string, options: Options) => {
    if (path.startsWith('oci://')) return republish(shell, command, path, options);
    if (options.key.length === 0) throw misused('say which key signs: --key FILE (make one with "wherry keys new")');
    const place = options.oci === undefined ? null : parseReference(options.oci);
    const { manifest, folder } = await readManifest(resolve(shell.folder, path));
    const keys = await Promise.all(options.key.map((file) => readPublisherKey(resolve(shell.folder, file))));
    const artifacts = await collectArtifacts(manifest, folder);
    const advice = adviseOn(manifest);
    for (const text of advice) note(shell, command, `note: ${text}`);
    const connection = await connect(shell, command);
    const release = await prepareRelease(connection, manifest, artifacts, shell.nowMs());
    const { digest, sealed } = signRelease(release, keys);
    const missing = await missingArtifacts(connection, artifacts);
    if (options.dryRun) {
      const upload = missing.map(({ file, digest, sizeBytes }) => ({ file, digest, sizeBytes }));
      const plan = { digest, release, upload, advice };
      return present(shell, command, plan, () => planText(release, digest, missing));
    }
    const registry = place && openRegistry(place, await readCredentials(place.host, shell.env));
    const pushed = registry && place && (await pushRelease(registry, place, release, sealed, artifacts));
    await uploadWithBars(connection, missing, shell.terminal);
    const published = await connection.client.call(publishRelease, { body: sealed });
    await pushed?.tag();
    const trusted = await vouchFor(shell, connection, release, published, options);
    if (trusted.note !== null) note(shell, command, trusted.note);
    const result = pushed ? { ...published, oci: pushed.reference } : published;
    present(shell, command, result, () => publishedText(published));
    if (pushed) note(shell, command, `In the registry: ${pushed.reference}`);
    note(shell, command, `Next: wherry rollout start ${published.app}@${published.version} --watch`);
  });
}

async function republish(shell: Shell, command: Command, from: string, options: Options): Promise<void> {
  if (options.key.length > 0 || options.oci !== undefined || options.dryRun)
    throw misused('a release in a registry is signed already: leave out --key, --oci and --dry-run');
  const published = await publishFromRegistry(await connect(shell, command), from, shell.env);
  present(shell, command, published, () => publishedText(published));
}

function publishedText({ app, version, digest }: ReleaseView): string {
  return `Published ${app}@${version} (${shortDigest(digest)}).`;
}

async function prepareRelease(
  { client }: Connection,
  manifest: Manifest,
  artifacts: readonly ArtifactFile[],
  nowMs: number,
): Promise<Release> {
  const { releases, nextCounter } = await knownReleases(client, manifest.app);
  if (releases.some((release) => release.version === manifest.version))
    throw refused(
      'already_exists',
      `${manifest.app}@${manifest.version} is published already and never changes: raise the version in wherry.yaml`,
    );
  const resolved = resolveManifest(manifest, {
    artifacts: new Map(artifacts.map((artifact) => [artifact.variant, artifact])),
    releaseCounter: nextCounter,
    publishedAtMs: nowMs,
  });
  if (!resolved.ok) throw new CliFailure(EXIT.refused, resolved.problems);
  return resolved.value;
}

function planText(release: Release, digest: string, missing: readonly ArtifactFile[]): string {
  return [
    'Nothing was sent. This would be published:',
    sheet([
      ['release', `${release.app}@${release.version}, number ${release.releaseCounter}`],
      ['digest', digest],
      ...release.variants.map((variant, i) => [`variant ${i + 1}`, variantText(variant)] as const),
      ...missing.map((artifact) => ['upload', `${artifact.file}, ${size(artifact.sizeBytes)}`] as const),
    ]),
  ].join('\n');
}
