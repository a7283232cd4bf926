import { admit } from '@wherry/protocol/admission';
import { CallMeter } from './call-meter.ts';
import type { Channel } from './channel.ts';
import { engine } from './engine.ts';
import { LogSink } from './log-sink.ts';
import { loadProgram } from './wasi/guest.ts';

/** A WASI program that does nothing: one page of memory, exported as `memory`, and an empty `_start`. */
const NOTHING = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x05, 0x03, 0x01, 0x00, 0x01],
  ...[0x07, 0x13, 0x02, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00],
  ...[0x06, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0x00, 0x00],
  ...[0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b],
);
const MEMORY_BYTES = 65_536;

/** Walks a program of our own through admission, V8 and the WASI host, so that the guest's does not pay for their first use. */
export function warmUp(channel: Channel): void {
  const init = {
    type: 'init',
    abi: 'wasi-p1',
    moduleBytes: NOTHING.length,
    memoryBytes: MEMORY_BYTES,
    tableElements: 1,
    args: [],
    env: {},
    config: {},
    preopens: [],
    stdio: 'log',
    capabilities: {},
  } as const;
  const verdict = admit(NOTHING, { ...init, limits: init });
  if (!verdict.ok) throw new Error(`admission refuses the runner's own module: ${verdict.problems[0]?.message}`);
  loadProgram(new engine.Module(verdict.value.bytes), {
    channel,
    log: new LogSink(channel),
    init,
    meter: new CallMeter(undefined),
  }).run({ on: 'cron', schedule: '', atMs: 0 }, new Uint8Array(0));
}
