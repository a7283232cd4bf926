import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bundleAgent, NATIVE_PACKAGE } from './bundle.ts';
import { fetchNode } from './node-binary.ts';
import { packedPackages } from './packed-packages.ts';
import { makeSbom, SBOM_FILE } from './sbom.ts';
import { DEVICE_CALLS, stageDeviceCalls } from './stage-device-calls.ts';
import { TARGETS_ROOT, type Target } from './target.ts';

/** Lays out the folder that an archive holds: what install.sh copies to /opt/wherry/agent-VERSION. */
const ROOT = resolve(TARGETS_ROOT, '..');
const EXECUTABLE = 0o755;

export async function stageAgent(target: Target, version: string, cacheDir: string, dir: string): Promise<void> {
  const put = (from: string, to: string, mode = 0o644) => {
    mkdirSync(dirname(join(dir, to)), { recursive: true });
    copyFileSync(from, join(dir, to));
    chmodSync(join(dir, to), mode);
  };
  const write = (to: string, text: string) => writeFileSync(join(dir, to), text, { mode: 0o644 });
  const node = fetchNode(target, cacheDir);
  put(node.binary, 'bin/node', EXECUTABLE);
  put(node.licence, 'LICENSE-node');
  put(join(ROOT, 'LICENSE'), 'LICENSE');
  put(join(TARGETS_ROOT, 'files/wherry-agent'), 'bin/wherry-agent', EXECUTABLE);
  put(join(TARGETS_ROOT, 'files/install.sh'), 'install.sh', EXECUTABLE);
  put(join(TARGETS_ROOT, 'files/launcher'), 'launcher', EXECUTABLE);
  put(join(TARGETS_ROOT, 'files/wherry-agent.service'), 'systemd/wherry-agent.service');
  put(join(TARGETS_ROOT, target.name, 'README.md'), 'README.md');
  for (const name of ['hardware.json', 'hardware.conf'])
    if (existsSync(join(TARGETS_ROOT, target.name, name)))
      put(join(TARGETS_ROOT, target.name, name), `hardware/${name}`);
  const modules = await bundleAgent(join(dir, 'lib/app'));
  const modulesDir = join(dir, 'lib/app/node_modules');
  stageBinding(target, join(modulesDir, NATIVE_PACKAGE));
  const binaries = stageDeviceCalls(target, ROOT, modulesDir, cacheDir);
  write('package.json', `${JSON.stringify({ name: 'wherry-agent', version, private: true, type: 'module' })}\n`);
  write('about', about(target, version));
  const besideTheBundle = [NATIVE_PACKAGE, DEVICE_CALLS].map((name) =>
    join(ROOT, 'node_modules', name, 'package.json'),
  );
  const packages = [...packedPackages(ROOT, [...modules, ...besideTheBundle]), ...binaries];
  write(
    SBOM_FILE,
    `${JSON.stringify(makeSbom({ version, target: target.name, node: target.node }, packages), null, 1)}\n`,
  );
  write('SHA256SUMS', sums(dir));
}

/** What install.sh reads: plain assignments of a shell, of values that the schema of targets has checked. */
function about(target: Target, version: string): string {
  return `WHERRY_VERSION=${version}\nWHERRY_TARGET=${target.name}\nWHERRY_MACHINE=${target.machine}\n`;
}

function stageBinding(target: Target, to: string): void {
  const from = join(ROOT, 'node_modules', NATIVE_PACKAGE);
  const binding = `prebuilds/${target.sqliteBinding}.node`;
  mkdirSync(join(to, 'prebuilds'), { recursive: true });
  for (const name of ['package.json', 'LICENSE', binding]) copyFileSync(join(from, name), join(to, name));
  cpSync(join(from, 'lib'), join(to, 'lib'), { recursive: true });
}

/** In the form of sha256sum(1), of every file, in the order of their names. */
function sums(dir: string): string {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
}
