import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEffects,
  createHttpSource,
  createUpdater,
  filesOf,
  openGenerations,
  openRoot,
  replaceFile,
  type Updater,
} from '@wherry/agent/trust';
import type { Outcome } from '@wherry/protocol';
import { downloadTarget } from './download.ts';
import type { ClientOrder } from './options.ts';

/** Where the updater keeps its generations, inside the folder that others look into. */
const OWN_FOLDER = 'wherry';
const FACTORY = 'factory-root.json';

/** What was refused is told on stderr; true when all went well. */
export async function obey(order: ClientOrder): Promise<boolean> {
  if (order.kind === 'init') return initialise(order.metadataDir, readFileSync(order.rootPath));
  const updater = openUpdater(order.metadataDir, order.metadataUrl);
  const signal = new AbortController().signal;
  const { verdict, notices } = await updater.refresh([], signal);
  for (const notice of notices) process.stderr.write(`${notice.code}: ${notice.message}\n`);
  mirror(order.metadataDir, updater);
  if (!isFine(verdict)) return false;
  if (order.kind === 'refresh') return true;
  const targets = createHttpSource(order.targetUrl, createEffects());
  for (const name of order.targetNames) {
    const found = await updater.find(name, signal);
    mirror(order.metadataDir, updater);
    if (!isFine(found)) return false;
    const isConsistent = updater.trusted().root.signed.consistentSnapshot;
    if (!isFine(await downloadTarget(found.value, targets, order.targetDir, isConsistent, signal))) return false;
  }
  return true;
}

function initialise(metadataDir: string, root: Uint8Array): boolean {
  if (!isFine(openRoot(root))) return false;
  mkdirSync(join(metadataDir, OWN_FOLDER), { recursive: true });
  const effects = createEffects();
  replaceFile(effects, join(metadataDir, OWN_FOLDER, FACTORY), root);
  replaceFile(effects, join(metadataDir, 'root.json'), root);
  return true;
}

function openUpdater(metadataDir: string, metadataUrl: string): Updater {
  const own = join(metadataDir, OWN_FOLDER);
  const effects = createEffects();
  return createUpdater({
    factoryRoot: existsSync(join(own, FACTORY)) ? readFileSync(join(own, FACTORY)) : new Uint8Array(),
    generations: openGenerations(join(own, 'generations'), effects),
    source: createHttpSource(metadataUrl, effects),
    // Nothing signed tells this program the time, and the suite moves its clock by years.
    nowMs: Date.now,
  });
}

/** The newest trusted metadata under the names that the suite looks for. */
function mirror(metadataDir: string, updater: Updater): void {
  const files = filesOf(updater.trusted());
  for (const name of readdirSync(metadataDir))
    if (name.endsWith('.json') && !files.has(name)) rmSync(join(metadataDir, name));
  for (const [name, bytes] of files) replaceFile(createEffects(), join(metadataDir, name), bytes);
}

function isFine<T>(outcome: Outcome<T>): outcome is { readonly ok: true; readonly value: T } {
  if (!outcome.ok) for (const { code, message } of outcome.problems) process.stderr.write(`${code}: ${message}\n`);
  return outcome.ok;
}
