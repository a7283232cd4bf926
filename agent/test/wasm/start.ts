import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Instance, Runtime } from '../../src/runtimes/port.ts';
import { type RecordingHost, recordingHost } from '../../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../../src/runtimes/testing/workload.ts';
import { createWasmRuntime } from '../../src/runtimes/wasm/runtime.ts';

export const runtime: Runtime = createWasmRuntime({ stateDir: mkdtempSync(join(tmpdir(), 'wherry-runtime-')) });

/** A runner that starts takes more than one core for moments: whoever tests the share of the CPU asks for one. */
const UNPACED = { cpuShare: 64 };

/** Starts a guest that the test's end stops. */
export async function start(
  module: string,
  overrides: Overrides = {},
  host: RecordingHost = recordingHost(),
): Promise<{ instance: Instance; host: RecordingHost }> {
  const outcome = await runtime.start(
    workload(module, { ...overrides, limits: { ...UNPACED, ...overrides.limits } }),
    host,
  );
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const instance = outcome.value;
  onTestFinished(() => instance.stop(0));
  return { instance, host };
}
