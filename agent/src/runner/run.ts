import { admit } from '@wherry/protocol/admission';
import { loadAssemblyScript } from './assemblyscript/guest.ts';
import { CallMeter } from './call-meter.ts';
import { type Channel, openChannel } from './channel.ts';
import { loadComponent } from './component/guest.ts';
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
  const meter = new CallMeter(init.fuel);
  const guest = loadOrExit(init, channel, log, meter);
  channel.send({ type: 'ready', handlers: guest.handlers, peakBytes: guest.peakBytes() });
  for (;;) {
    const { message, tail } = channel.receive();
    meter.begin();
    const { result, exitCode, body } = runGuarded(guest, (message as CallMessage).event, tail, init, meter);
    const leftOut = log.flush();
    if (leftOut > 0) meter.mark('log_lines', leftOut);
    channel.send(
      {
        type: 'done',
        result,
        peakBytes: guest.peakBytes(),
        ...(exitCode === undefined ? {} : { exitCode }),
        ...meter.end(),
      },
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

function loadOrExit(init: InitMessage, channel: Channel, log: LogSink, meter: CallMeter): Guest {
  try {
    return load(init, channel, log, meter);
  } catch (error) {
    const code = error instanceof LoadRefusal ? error.code : meter.isOutOfFuel ? 'fuel_limit' : 'start_failed';
    channel.send({ type: 'refused', code, message: describe(error) });
    return process.exit(0);
  }
}

function load(init: InitMessage, channel: Channel, log: LogSink, meter: CallMeter): Guest {
  const bytes = receiveModule(init.moduleBytes, channel);
  const verdict = admit(bytes, { ...init, limits: init });
  if (!verdict.ok) {
    const [first] = verdict.problems;
    throw new LoadRefusal(first?.code ?? 'module_malformed', verdict.problems.map((p) => p.message).join('; '));
  }
  const { component } = verdict.value;
  if (component !== undefined) {
    const guest = loadComponent(component, { channel, log, init, meter });
    channel.send({ type: 'idle', isIdle: false });
    return guest;
  }
  const module = new engine.Module(verdict.value.bytes);
  // From here on the guest's own code may run: its start function.
  channel.send({ type: 'idle', isIdle: false });
  return init.abi === 'assemblyscript'
    ? loadAssemblyScript(module, { channel, log, config: init.config, meter })
    : loadProgram(module, { channel, log, init, meter });
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

function runGuarded(
  guest: Guest,
  event: CallMessage['event'],
  tail: Uint8Array,
  { memoryBytes, fuel }: InitMessage,
  meter: CallMeter,
): CallResult {
  try {
    const result = guest.run(event, tail);
    return meter.isOutOfFuel ? outOfFuel(fuel) : result;
  } catch (error) {
    if (meter.isOutOfFuel) return outOfFuel(fuel);
    if (error instanceof RangeError && /call stack/.test(error.message)) meter.mark('stack');
    const peak = guest.peakBytes();
    // A guest that cannot get more memory aborts by itself; what it then says rarely names the reason.
    const isOutOfMemory = peak >= memoryBytes * 0.9;
    const hint = isOutOfMemory ? `, with ${peak} of ${memoryBytes} bytes of memory in use` : '';
    const code = isOutOfMemory ? 'memory_limit' : 'guest_error';
    return { result: { ok: false, code, message: `${describe(error)}${hint}` } };
  }
}

/** The count may pass zero in code without loops, which then runs to its end: a call that used too much has failed all the same. */
function outOfFuel(fuel: number | undefined): CallResult {
  const message = `the call used more than ${fuel} of fuel: raise limits.fuel, or let the program do less at a time`;
  return { result: { ok: false, code: 'fuel_limit', message } };
}

/** One line for people; the names V8 gives its traps ("unreachable", "Maximum call stack size exceeded") say what happened. */
function describe(error: unknown): string {
  const text =
    error instanceof Error ? (error.name === 'RuntimeError' ? `trap: ${error.message}` : error.message) : String(error);
  return text.slice(0, MESSAGE_CHARS_MAX);
}
