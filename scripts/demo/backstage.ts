import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { capture } from '../fleet/command-line.ts';
import { ROOT } from '../fleet/paths.ts';
import { openEngine } from './engine.ts';
import type { Narrator } from './narrator.ts';

/** What the story needs and does not tell: the publisher's machine with its release folders, and the engine. */
export interface Backstage {
  /** Socket of the container engine; null where none can be had. */
  readonly engineSocket: string | null;
  /** A copy of an example, with a container variant behind the Wasm one where there is an engine. */
  releaseFolder(example: 'thermostat' | 'thermostat-faulty'): string;
  close(): Promise<void>;
}

const EXAMPLES = resolve(ROOT, 'guest-sdk/examples');
const WASM_VARIANT = '  - wasm: { module: build/thermostat.wasm, abi: assemblyscript }\n';

export async function openBackstage(dir: string, narrator: Narrator): Promise<Backstage> {
  const home = join(dir, 'publisher');
  mkdirSync(home, { mode: 0o700 });
  const build = await capture(['guest-sdk/scripts/build-examples.ts', 'thermostat', 'thermostat-faulty']);
  if (build.code !== 0) throw new Error(`building the examples ended with ${build.code}: ${build.stderr.trim()}`);
  const engine = await openEngine(narrator);
  const image = engine.socket === null ? null : await buildImage(home, narrator);
  return {
    engineSocket: image === null ? null : engine.socket,
    releaseFolder(example) {
      const folder = join(home, example);
      cpSync(resolve(EXAMPLES, example), folder, { recursive: true });
      if (image !== null) addContainerVariant(folder, image);
      return folder;
    },
    close: () => engine.close(),
  };
}

interface Image {
  readonly file: string;
  readonly platform: string;
}

/** The thermostat in C as a static program in an image of its own; null, with a sentence, where there is no compiler. */
async function buildImage(home: string, narrator: Narrator): Promise<Image | null> {
  const binary = join(home, 'thermostat.elf');
  const compiled = spawnSync('clang', [
    '-static',
    '-O1',
    '-o',
    binary,
    join(EXAMPLES, 'thermostat/container/thermostat.c'),
  ]);
  if (compiled.status !== 0) {
    narrator.say(`no container variant: clang could not compile it (${compiled.error?.message ?? compiled.stderr})`);
    return null;
  }
  const file = join(home, 'thermostat.tar');
  const built = await capture(['scripts/container-image/build.ts', '--binary', binary, '--out', file]);
  if (built.code !== 0) throw new Error(`building the image ended with ${built.code}: ${built.stderr.trim()}`);
  return { file, platform: JSON.parse(built.stdout).platform };
}

function addContainerVariant(folder: string, image: Image): void {
  const path = join(folder, 'wherry.yaml');
  const manifest = readFileSync(path, 'utf8');
  if (!manifest.includes(WASM_VARIANT)) throw new Error(`${path} does not have the variant that the demo expects`);
  cpSync(image.file, join(folder, 'build/thermostat.tar'));
  const variant = `  - container: { archive: build/thermostat.tar, platforms: [${image.platform}] }\n`;
  writeFileSync(path, manifest.replace(WASM_VARIANT, WASM_VARIANT + variant));
}
