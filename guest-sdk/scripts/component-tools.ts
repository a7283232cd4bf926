import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';

/**
 * Makes components of WASI 0.2: from JavaScript with a QuickJS inside, and from core modules that already speak the canonical ABI. The
 * interfaces are those of `wit/`, which are the ones that a device offers.
 */
const witFolder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'wit');
const { componentize } = createRequire(import.meta.url)('componentize-qjs') as typeof import('componentize-qjs');

/** `world` is the text of a package with one world; its imports and exports name interfaces of `wit/`. */
export async function componentOfJavaScript(source: string, world: string): Promise<Uint8Array> {
  return inWitFolder(world, async (witPath) => {
    const { component } = await componentize({ witPath, jsSource: source, sync: true, optSize: true });
    return component;
  });
}

export async function componentOfModule(module: Uint8Array, world: string): Promise<Uint8Array> {
  // All packages in one text: those of wit/ in braces, as WIT nests packages.
  const nested = readdirSync(witFolder).map((file) =>
    readFileSync(join(witFolder, file), 'utf8').replace(/^(package [^;]+);([\s\S]*)$/, '$1 {$2}'),
  );
  return componentNew(await componentEmbed({ binary: module, witSource: [world, ...nested].join('\n') }));
}

async function inWitFolder<T>(world: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-wit-'));
  try {
    mkdirSync(join(folder, 'deps'));
    for (const file of readdirSync(witFolder)) copyFileSync(join(witFolder, file), join(folder, 'deps', file));
    writeFileSync(join(folder, 'world.wit'), world);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder with `world.wit` and one JavaScript file. */
export async function componentOfFolder(folder: string): Promise<Uint8Array> {
  const source = readdirSync(folder).find((file) => file.endsWith('.js'));
  if (source === undefined) throw new Error(`${folder} has no JavaScript file`);
  return componentOfJavaScript(
    readFileSync(join(folder, source), 'utf8'),
    readFileSync(join(folder, 'world.wit'), 'utf8'),
  );
}
