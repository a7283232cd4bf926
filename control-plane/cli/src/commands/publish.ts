import { resolve } from 'node:path';
import { type Manifest, type Release, type ReleaseView, resolveManifest } from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../connection/connect.ts';
import { CliFailure, EXIT, misused, refused } from '../failure.ts';
import { readCredentials } from '../oci/credentials.ts';
import { type PushedRelease, pushRelease } from '../oci/push-release.ts';
import { parseReference } from '../oci/reference.ts';
import { openRegistry } from '../oci/registry.ts';
import { adviseOn } from '../publishing/advice.ts';
import { type ArtifactFile, collectArtifacts } from '../publishing/artifacts.ts';
import { bringModules } from '../publishing/bring-modules.ts';
import { knownReleases } from '../publishing/next-counter.ts';
import { type ManifestFile, readManifest } from '../publishing/read-manifest.ts';
import { publishFromRegistry } from '../publishing/republish.ts';
import { type SendOptions, type SentRelease, sendRelease } from '../publishing/send-release.ts';
import { bytesOf } from '../publishing/sign-release.ts';
import { missingArtifacts } from '../publishing/upload.ts';
import { uploadWithBars } from '../publishing/upload-bars.ts';
import { note, present, type Shell } from '../shell.ts';
import { shortDigest, size } from '../terminal/figures.ts';
import { sheet } from '../terminal/table.ts';
import { waitingText } from '../trust/commit-change.ts';
import { collect } from './pairs.ts';
import { variantText } from './release/release-text.ts';
import { withChange } from './trust/change-options.ts';

interface Options extends SendOptions {
  readonly dryRun?: boolean;
  readonly oci?: string;
}

export function publishCommand(shell: Shell): Command {
  const command = withChange(
    new Command('publish')
      .description('check, sign and upload the release that a wherry.yaml describes')
      .argument('[path]', 'folder of the app, its manifest, or a release as oci://HOST/REPOSITORY@sha256:…', '.')
      .option('--oci <place>', 'put the modules and the release into a registry too: HOST/REPOSITORY:TAG')
      .option(
        '--evidence <bundle>',
        'a cosign bundle of a module or archive, or BUNDLE,MANIFEST of an OCI artifact; may be repeated',
        collect,
        [],
      )
      .option(
        '--accept-jump',
        'sign the number that the control plane gives, though it is far above those before: each floor goes above it',
      )
      .option('--dry-run', 'do everything but sign, upload and publish'),
  ).addHelpText(
    'after',
    `
Who may sign an app: "wherry trust init --app APP", or "wherry trust delegate APP".

Examples:
  $ wherry publish ./thermostat
  $ wherry publish ./dist        packed agents: firmware-targets/src/pack.ts writes dist/wherry.yaml`,
  );
  return command.action(async (path: string, options: Options) => {
    if (path.startsWith('oci://')) return republish(shell, command, path, options);
    const { manifest: written, folder } = await readManifest(resolve(shell.folder, path));
    const { manifest, dispose } = await bringModules(written, shell.env);
    try {
      await publish(shell, command, { manifest, folder }, options);
    } finally {
      await dispose();
    }
  });
}

async function publish(
  shell: Shell,
  command: Command,
  { manifest, folder }: ManifestFile,
  options: Options,
): Promise<void> {
  const place = options.oci === undefined ? null : parseReference(options.oci);
  const artifacts = await collectArtifacts(manifest, folder);
  const advice = adviseOn(manifest);
  for (const text of advice) note(shell, command, `note: ${text}`);
  const connection = await connect(shell, command);
  const prepare = async () => bytesOf(await prepareRelease(connection, manifest, artifacts, shell.nowMs()));
  if (options.dryRun) {
    const { release, digest } = await prepare();
    const missing = await missingArtifacts(connection, artifacts);
    const upload = missing.map(({ file, digest, sizeBytes }) => ({ file, digest, sizeBytes }));
    return present(shell, command, { digest, release, upload, advice }, () => planText(release, digest, missing));
  }
  const registry = place && openRegistry(place, await readCredentials(place.host, shell.env));
  let pushed: PushedRelease | null = null;
  let isUploaded = false;
  const sent = await sendRelease(shell, command, connection, manifest.app, options, async () => {
    const wanted = await prepare();
    pushed = registry && place && (await pushRelease(registry, place, wanted.release, wanted.bytes, artifacts));
    if (!isUploaded) await uploadWithBars(connection, await missingArtifacts(connection, artifacts), shell.terminal);
    isUploaded = true;
    return wanted;
  });
  await finish(shell, command, sent, pushed);
}

async function republish(shell: Shell, command: Command, from: string, options: Options): Promise<void> {
  if (options.oci !== undefined || options.dryRun)
    throw misused('a release in a registry is published as it is: leave out --oci and --dry-run');
  const sent = await publishFromRegistry(shell, command, await connect(shell, command), from, options);
  await finish(shell, command, sent, null);
}

async function finish(shell: Shell, command: Command, sent: SentRelease, pushed: PushedRelease | null): Promise<void> {
  if (sent.kind === 'waiting') {
    const { file, missing } = sent;
    return present(shell, command, { file, missing }, () => waitingText(file, missing));
  }
  const { view } = sent;
  await pushed?.tag();
  const result = pushed ? { ...view, oci: pushed.reference } : view;
  present(shell, command, result, () => publishedText(view));
  if (pushed) note(shell, command, `In the registry: ${pushed.reference}`);
  note(shell, command, `Next: wherry rollout start ${view.app}@${view.version} --watch`);
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
