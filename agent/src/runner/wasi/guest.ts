import { closeSync, constants, openSync } from 'node:fs';
import { LIMITS } from '@wherry/protocol/admission';
import type { CallMeter } from '../call-meter.ts';
import { parseCgi } from '../cgi.ts';
import type { Channel } from '../channel.ts';
import { engine, type WasmMemory, type WasmModule } from '../engine.ts';
import { eventVariables } from '../event-variables.ts';
import { type CallResult, type Guest, GuestExit, LoadRefusal } from '../guest.ts';
import { GuestMemory } from '../guest-memory.ts';
import { importObject } from '../import-object.ts';
import { LineSplitter, type LogSink } from '../log-sink.ts';
import type { CallEvent, InitMessage } from '../messages.ts';
import { wherryImports } from '../wherry-abi.ts';
import { DescriptorTable } from './descriptors.ts';
import { ExactTimes } from './exact-times.ts';
import { wasiImports } from './host.ts';
import { DIRECTORY_RIGHTS, FILE_RIGHTS } from './layout.ts';
import { Quota } from './quota.ts';
import { inheritedInput, inheritedOutput, outputTo, payloadInput } from './streams.ts';

/**
 * A WASI preview 1 program. Every trigger runs `_start` in a fresh instance, as a CGI program: what happened is in the environment,
 * the payload is the standard input, an http answer is the standard output.
 */
interface Loaded {
  readonly module: WasmModule;
  readonly channel: Channel;
  readonly log: LogSink;
  readonly init: InitMessage;
  readonly meter: CallMeter;
}

const ANSWER_BYTES_MAX = LIMITS.httpBodyBytes + 8 * 1024;

export function loadProgram(module: WasmModule, context: Omit<Loaded, 'module'>): Guest {
  const isProgram = engine.Module.exports(module).some(({ name, kind }) => name === '_start' && kind === 'function');
  if (!isProgram)
    throw new LoadRefusal(
      'module_malformed',
      'the module exports no function "_start": build a WASI command, not a library',
    );
  let peakBytes = 0;
  return {
    handlers: ['start', 'cron', 'mqtt', 'http'],
    peakBytes: () => peakBytes,
    run: (event, payload) => {
      const run = new ProgramRun({ ...context, module }, event, payload);
      try {
        return run.execute();
      } finally {
        peakBytes = Math.max(peakBytes, run.peakBytes());
        run.close();
      }
    },
  };
}

class ProgramRun {
  readonly #loaded: Loaded;
  readonly #event: CallEvent;
  readonly #table = new DescriptorTable();
  readonly #memory: GuestMemory;
  readonly #lines: LineSplitter[] = [];
  readonly #answer: Uint8Array[] = [];
  #answerBytes = 0;
  #exported: WasmMemory | undefined;

  constructor(loaded: Loaded, event: CallEvent, payload: Uint8Array) {
    this.#loaded = loaded;
    this.#event = event;
    this.#memory = new GuestMemory(() => {
      if (this.#exported !== undefined) return this.#exported;
      throw new LoadRefusal('module_malformed', 'the module calls the host before it has a memory named "memory"');
    });
    this.#addStreams(payload);
    for (const preopen of loaded.init.preopens) this.#addPreopen(preopen);
  }

  execute(): CallResult {
    const { module, channel, log, init, meter } = this.#loaded;
    const env = { ...init.env, ...(init.stdio === 'inherit' ? {} : eventVariables(this.#event)) };
    const memory = this.#memory;
    const context = { memory, channel, table: this.#table, times: new ExactTimes(), args: init.args, env, meter };
    const imports = importObject(
      engine.Module.imports(module),
      new Map([
        ['wasi_snapshot_preview1', wasiImports(context)],
        ['wherry', wherryImports({ channel, memory, log, config: init.config, meter })],
      ]),
    );
    const { exports } = new engine.Instance(module, imports);
    if (exports.memory instanceof engine.Memory) this.#exported = exports.memory;
    meter.attach(exports);
    const exitCode = exitCodeOf(exports._start as () => void);
    for (const lines of this.#lines) lines.end();
    if (exitCode !== 0)
      return {
        result: { ok: false, code: 'guest_error', message: `the program exited with code ${exitCode}` },
        exitCode,
      };
    if (this.#event.on !== 'http') return { result: { ok: true }, exitCode };
    const { status, headers, body } = parseCgi(Buffer.concat(this.#answer));
    return { result: { ok: true, answer: { status, headers } }, exitCode, body };
  }

  peakBytes(): number {
    return this.#exported === undefined ? 0 : this.#memory.peakBytes();
  }

  close(): void {
    this.#table.closeAll();
  }

  #addStreams(payload: Uint8Array): void {
    if (this.#loaded.init.stdio === 'inherit') {
      for (const stream of [inheritedInput(), inheritedOutput(1), inheritedOutput(2)]) this.#table.add(stream);
      return;
    }
    this.#table.add(payloadInput(payload));
    this.#table.add(this.#event.on === 'http' ? outputTo((bytes) => this.#collect(bytes)) : this.#logged('stdout'));
    this.#table.add(this.#logged('stderr'));
  }

  #logged(stream: 'stdout' | 'stderr') {
    const level = stream === 'stderr' ? 'warning' : 'info';
    const lines = new LineSplitter((line) => this.#loaded.log.line(level, stream, line));
    this.#lines.push(lines);
    return outputTo((bytes) => lines.write(bytes));
  }

  #collect(bytes: Uint8Array): void {
    this.#answerBytes += bytes.length;
    if (this.#answerBytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
    this.#answer.push(bytes.slice());
  }

  #addPreopen({ path, guest, quotaBytes }: InitMessage['preopens'][number]): void {
    const hostFd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const { meter } = this.#loaded;
      const quota = new Quota(`/proc/self/fd/${hostFd}`, quotaBytes, (bytes) => meter.markMost('disk', bytes));
      const rightsInheriting = DIRECTORY_RIGHTS | FILE_RIGHTS;
      const rights = { rightsBase: DIRECTORY_RIGHTS, rightsInheriting, flags: 0 };
      this.#table.add({ kind: 'directory', hostFd, preopen: guest, quota, listing: null, ...rights });
    } catch (error) {
      closeSync(hostFd);
      throw error;
    }
  }
}

function exitCodeOf(start: () => void): number {
  try {
    start();
    return 0;
  } catch (error) {
    if (error instanceof GuestExit) return error.exitCode;
    throw error;
  }
}
