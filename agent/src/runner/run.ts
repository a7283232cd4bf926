import v8 from 'node:v8';
import { admit, WASM_PAGE_BYTES } from '@wherry/protocol/admission';
import { loadAssemblyScript } from './assemblyscript/guest.ts';
import { type Channel, openChannel } from './channel.ts';
import { engine } from './engine.ts';
import { type CallResult, type Guest, LoadRefusal } from './guest.ts';
import { LogSink } from './log-sink.ts';
import type { CallMessage, HelloMessage, InitMessage } from './messages.ts';
import { warmUp } from './warm-up.ts';
import { loadProgram } from './wasi/guest.ts';

const MESSAGE_CHARS_MAX = 500;

/** A plain blocking loop: one message in, the guest's export, one message out. Ends when the agent closes the channel. */
export function runInChannel(fd: number): never {
  const channel = openChannel(fd);
  const log = new LogSink(channel);
  const init = receiveInit(channel);
  const guest = loadOrExit(init, channel, log);
  channel.send({ type: 'ready', handlers: guest.handlers, peakBytes: guest.peakBytes() });
  for (;;) {
    const { message, tail } = channel.receive();
    const { result, exitCode, body } = runGuarded(guest, (message as CallMessage).event, tail, init.memoryBytes);
    log.flush();
    channel.send(
      { type: 'done', result, peakBytes: guest.peakBytes(), ...(exitCode === undefined ? {} : { exitCode }) },
      body,
    );
  }
}

/** A runner that is started ahead of its module is greeted first; it comes to life as far as it can before it answers. */
function receiveInit(channel: Channel): InitMessage {
  for (;;) {
    const message = channel.receive().message as HelloMessage | InitMessage;
    if (message.type === 'init') return message;
    warmUp(channel);
    channel.send({ type: 'ready', handlers: [], peakBytes: 0 });
  }
}

function loadOrExit(init: InitMessage, channel: Channel, log: LogSink): Guest {
  try {
    return load(init, channel, log);
  } catch (error) {
    const code = error instanceof LoadRefusal ? error.code : 'start_failed';
    channel.send({ type: 'refused', code, message: describe(error) });
    return process.exit(0);
  }
}

function load(init: InitMessage, channel: Channel, log: LogSink): Guest {
  // Set here and not on the command line: Node's own type stripper is a Wasm module that these limits would stop.
  v8.setFlagsFromString(`--wasm-max-mem-pages=${Math.floor(init.memoryBytes / WASM_PAGE_BYTES)}`);
  v8.setFlagsFromString(`--wasm-max-table-size=${init.tableElements}`);
  const bytes = receiveModule(init.moduleBytes, channel);
  const verdict = admit(bytes, { ...init, limits: { memoryBytes: init.memoryBytes } });
  if (!verdict.ok) {
    const [first] = verdict.problems;
    throw new LoadRefusal(first?.code ?? 'module_malformed', verdict.problems.map((p) => p.message).join('; '));
  }
  const module = new engine.Module(verdict.value.bytes);
  // From here on the guest's own code may run: its start function.
  channel.send({ type: 'idle', isIdle: false });
  return init.abi === 'assemblyscript'
    ? loadAssemblyScript(module, { channel, log, config: init.env })
    : loadProgram(module, { channel, log, init });
}

function receiveModule(sizeBytes: number, channel: Channel): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const { tail } = channel.receive();
    bytes.set(tail, at);
    at += tail.length;
  }
  return bytes;
}

function runGuarded(guest: Guest, event: CallMessage['event'], tail: Uint8Array, memoryBytes: number): CallResult {
  try {
    return guest.run(event, tail);
  } catch (error) {
    const peak = guest.peakBytes();
    // A guest that cannot get more memory aborts by itself; what it then says rarely names the reason.
    const isOutOfMemory = peak >= memoryBytes * 0.9;
    const hint = isOutOfMemory ? `, with ${peak} of ${memoryBytes} bytes of memory in use` : '';
    const code = isOutOfMemory ? 'memory_limit' : 'guest_error';
    return { result: { ok: false, code, message: `${describe(error)}${hint}` } };
  }
}

/** One line for people; the names V8 gives its traps ("unreachable", "Maximum call stack size exceeded") say what happened. */
function describe(error: unknown): string {
  const text =
    error instanceof Error ? (error.name === 'RuntimeError' ? `trap: ${error.message}` : error.message) : String(error);
  return text.slice(0, MESSAGE_CHARS_MAX);
}
