import { instantiateSync } from '@assemblyscript/loader';
import type { CallMeter } from '../call-meter.ts';
import type { Channel } from '../channel.ts';
import { engine, type WasmModule } from '../engine.ts';
import { type CallResult, type Guest, LoadRefusal } from '../guest.ts';
import { GuestMemory } from '../guest-memory.ts';
import { importObject, type OfferedImports } from '../import-object.ts';
import type { LogSink } from '../log-sink.ts';
import type { CallEvent } from '../messages.ts';
import { wherryImports } from '../wherry-abi.ts';
import { envImports } from './env-imports.ts';
import { checkExportNames } from './export-names.ts';
import { type Exports, runHandler } from './handlers.ts';

/**
 * A guest written in AssemblyScript: an instance that lives as long as the runner and exports a handler for each trigger. The
 * loader only makes strings and buffers for it; what comes back is read with our own bounds. A handler that traps may leave its
 * instance half way through anything, its collector included: the next call finds a new one, started as the first was.
 */
const HANDLERS = {
  onStart: 'start',
  onCron: 'cron',
  onMqtt: 'mqtt',
  onHttp: 'http',
  onHealth: 'health',
  onSave: 'save',
  onLoad: 'load',
} as const;

export function loadAssemblyScript(
  module: WasmModule,
  context: { channel: Channel; log: LogSink; config: Readonly<Record<string, string>>; meter: CallMeter },
): Guest {
  checkExportNames(engine.Module.exports(module).map((entry) => entry.name));
  let exports: Exports | null = null;
  let hasStarted = false;
  const memory = new GuestMemory(() => {
    if (exports?.memory instanceof engine.Memory) return exports.memory;
    throw new LoadRefusal('start_failed', 'the module calls the host from its top level: do that in onStart');
  });
  const offered: OfferedImports = new Map([
    ['env', envImports(memory, context.log)],
    ['wherry', wherryImports({ ...context, memory })],
  ]);

  function instance(): Exports {
    if (exports !== null) return exports;
    exports = instantiate(module, offered, context.meter);
    if (hasStarted) exports.onStart?.();
    return exports;
  }

  function run(event: CallEvent, payload: Uint8Array): CallResult {
    try {
      const ready = instance();
      if (event.on === 'start') hasStarted = true;
      return runHandler(ready, memory, event, payload);
    } catch (error) {
      memory.peakBytes();
      exports = null;
      throw error;
    }
  }

  const first = instance();
  const handlers = Object.entries(HANDLERS).flatMap(([name, on]) => (isFunction(first, name) ? [on] : []));
  return { handlers, run, peakBytes: () => (exports === null ? memory.lastPeakBytes : memory.peakBytes()) };
}

function instantiate(module: WasmModule, offered: OfferedImports, meter: CallMeter): Exports {
  const imports = importObject(engine.Module.imports(module), offered);
  // The loader adds Math and Date where they are missing; with these in place it has nothing to add.
  imports.Math = Object.create(null);
  imports.Date = Object.create(null);
  imports.env ??= Object.create(null) as Record<string, never>;
  const loaded = instantiateSync(module, imports as Parameters<typeof instantiateSync>[1]);
  meter.attach(loaded.instance.exports);
  const exports = loaded.exports as unknown as Exports;
  if (exports.memory instanceof engine.Memory) return exports;
  throw new LoadRefusal('module_malformed', 'the module exports no memory named "memory"');
}

function isFunction(exports: object, name: string): boolean {
  return Object.hasOwn(exports, name) && typeof (exports as Record<string, unknown>)[name] === 'function';
}
