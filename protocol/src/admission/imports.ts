import type { Problem } from '../errors.ts';
import type { Capabilities, WasmAbi } from '../manifest/release.ts';
import { MODULE_BOUNDS } from './bounds.ts';
import type { ModuleImport } from './module.ts';
import { WASI_PREVIEW1_FUNCTIONS } from './wasi-functions.ts';

/** Names of the modules that a guest may import from. */
export const HOST_MODULE = 'wherry';
export const WASI_MODULE = 'wasi_snapshot_preview1';
export const ASSEMBLYSCRIPT_MODULE = 'env';

/** The grant that a host function needs, as `capabilities` of the manifest names it. */
export type Grant = 'mqtt.publish' | 'http' | 'kv' | 'gpio' | 'i2c' | 'serial' | 'secrets';

/** The host ABI, module `wherry`: each function and the grant it needs (null: every guest has it). */
export const HOST_IMPORTS: ReadonlyMap<string, Grant | null> = new Map([
  ['log', null],
  ['now_ms', null],
  ['config_get', null],
  ['trigger_next', null],
  ['trigger_answer', null],
  ['publish', 'mqtt.publish'],
  ['secret_get', 'secrets'],
  ['kv_get', 'kv'],
  ['kv_set', 'kv'],
  ['kv_delete', 'kv'],
  ['http_fetch', 'http'],
  ['http_response', 'http'],
  ['gpio_read', 'gpio'],
  ['gpio_write', 'gpio'],
  ['gpio_wait', 'gpio'],
  ['i2c_transaction', 'i2c'],
  ['serial_open', 'serial'],
  ['serial_read', 'serial'],
  ['serial_write', 'serial'],
]);

/** What code compiled by asc imports from `env`; everything else there is a symbol that nobody defined. */
export const ASSEMBLYSCRIPT_IMPORTS: ReadonlySet<string> = new Set(['abort', 'seed', 'trace']);

const GRANT_ADVICE: Readonly<Record<Grant, string>> = {
  'mqtt.publish': 'capabilities: { mqtt: { publish: [some/topic] } }',
  http: 'capabilities: { http: { allow: [https://host] } }',
  kv: 'capabilities: { kv: true }',
  gpio: 'capabilities: { gpio: { led: out } }',
  i2c: 'capabilities: { i2c: { sensors: [0x48] } }',
  serial: 'capabilities: { serial: [gps] }',
  secrets: 'capabilities: { secrets: [API_KEY] }',
};

/** Everything that is wrong with a module's imports. Codes: import_refused, capability_denied. */
export function checkImports(imports: readonly ModuleImport[], abi: WasmAbi, granted: Capabilities): Problem[] {
  const problems: Problem[] = [];
  for (const wanted of imports) {
    const problem = checkImport(wanted, abi, granted);
    if (problem) problems.push(problem);
    if (problems.length >= MODULE_BOUNDS.problems) break;
  }
  return problems;
}

export function hasGrant(granted: Capabilities, grant: Grant): boolean {
  if (grant === 'mqtt.publish') return (granted.mqtt?.publish.length ?? 0) > 0;
  if (grant === 'http') return (granted.http?.allow.length ?? 0) > 0;
  if (grant === 'gpio') return Object.keys(granted.gpio ?? {}).length > 0;
  if (grant === 'i2c') return Object.keys(granted.i2c ?? {}).length > 0;
  if (grant === 'serial') return (granted.serial?.length ?? 0) > 0;
  if (grant === 'secrets') return Object.keys(granted.secrets ?? {}).length > 0;
  return granted.kv === true;
}

function checkImport({ module, name, kind }: ModuleImport, abi: WasmAbi, granted: Capabilities): Problem | undefined {
  const what = `import ${show(module)}.${show(name)}`;
  if (kind !== 'function') return refused(`${what} is a ${kind}: a module brings its own and imports functions only`);
  if (module === HOST_MODULE) {
    const grant = HOST_IMPORTS.get(name);
    if (grant === undefined)
      return refused(`${what} does not exist; ${HOST_MODULE} offers ${[...HOST_IMPORTS.keys()].join(', ')}`);
    if (grant === null || hasGrant(granted, grant)) return undefined;
    return {
      code: 'capability_denied',
      message: `${what} needs the grant ${grant}: add it to the manifest (${GRANT_ADVICE[grant]}) or do not call it`,
    };
  }
  if (module === WASI_MODULE) {
    if (!WASI_PREVIEW1_FUNCTIONS.has(name)) return refused(`${what} is not part of WASI preview 1`);
    if (abi !== 'wasi-p1') return refused(`${what} needs "abi: wasi-p1", but the manifest says ${abi}`);
    return undefined;
  }
  if (module === ASSEMBLYSCRIPT_MODULE && abi === 'assemblyscript') {
    if (ASSEMBLYSCRIPT_IMPORTS.has(name)) return undefined;
    return refused(`${what} is not offered; env has ${[...ASSEMBLYSCRIPT_IMPORTS].join(', ')} only`);
  }
  return refused(`${what} is not offered to modules of ABI ${abi}`);
}

function refused(message: string): Problem {
  return { code: 'import_refused', message };
}

/** A name as a person can read it: hostile modules put anything there. */
function show(name: string): string {
  return /^[\w-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64));
}
