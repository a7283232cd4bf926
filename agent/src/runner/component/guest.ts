import { closeSync, constants, openSync } from 'node:fs';
import type { AdmittedComponent } from '@wherry/protocol/admission';
import type { CallMeter } from '../call-meter.ts';
import { parseCgi } from '../cgi.ts';
import type { Channel } from '../channel.ts';
import { engine, type WasmModule } from '../engine.ts';
import { eventVariables } from '../event-variables.ts';
import { type CallResult, type Guest, GuestExit } from '../guest.ts';
import type { LogSink } from '../log-sink.ts';
import type { CallEvent, InitMessage } from '../messages.ts';
import { DescriptorTable } from '../wasi/descriptors.ts';
import { ExactTimes } from '../wasi/exact-times.ts';
import { DIRECTORY_RIGHTS, FILE_RIGHTS } from '../wasi/layout.ts';
import { Quota } from '../wasi/quota.ts';
import type { Case } from './abi/values.ts';
import { StandardStreams } from './standard-streams.ts';
import { cliInterfaces, clockInterfaces, randomInterfaces } from './wasi/cli.ts';
import { filesystemInterfaces, type Preopen } from './wasi/filesystem.ts';
import { httpInterfaces } from './wasi/http.ts';
import { IncomingRequest, type OutgoingResponse, ResponseOutparam } from './wasi/http-messages.ts';
import { hostFunctions } from './wasi/interfaces.ts';
import { ioInterfaces } from './wasi/io.ts';
import { Preview1Files } from './wasi/preview1-files.ts';
import { World } from './world.ts';

/**
 * A component of WASI 0.2. Every trigger begins in fresh instances, as for preview 1. A command (`wasi:cli/run`) sees its trigger as a
 * CGI program does; a handler (`wasi:http/incoming-handler`) gets http triggers as requests.
 */
interface Loaded {
  readonly component: AdmittedComponent;
  readonly modules: readonly WasmModule[];
  readonly channel: Channel;
  readonly log: LogSink;
  readonly init: InitMessage;
  readonly meter: CallMeter;
}

export function loadComponent(component: AdmittedComponent, context: Omit<Loaded, 'component' | 'modules'>): Guest {
  const modules = component.modules.map((bytes) => new engine.Module(bytes));
  const { run, handle } = component.plan.exports;
  let peakBytes = 0;
  return {
    handlers: [...(run === null ? [] : (['start', 'cron', 'mqtt'] as const)), 'http'],
    peakBytes: () => peakBytes,
    run: (event, payload) => {
      if (run === null && (handle === null || event.on !== 'http'))
        return failed(
          `the component has no code for the trigger ${event.on}: it exports wasi:http/incoming-handler only`,
        );
      const call = new ComponentRun({ ...context, component, modules }, event, payload);
      try {
        return call.execute();
      } finally {
        peakBytes = Math.max(peakBytes, call.memoryBytes());
        call.close();
      }
    },
  };
}

class ComponentRun {
  readonly #loaded: Loaded;
  readonly #event: CallEvent;
  readonly #payload: Uint8Array;
  readonly #streams: StandardStreams;
  readonly #table = new DescriptorTable();
  #world: World | null = null;

  constructor(loaded: Loaded, event: CallEvent, payload: Uint8Array) {
    this.#loaded = loaded;
    this.#event = event;
    this.#payload = payload;
    const isAnswer = event.on === 'http' && loaded.component.plan.exports.handle === null;
    this.#streams = new StandardStreams(loaded.init.stdio, loaded.log, payload, isAnswer);
  }

  execute(): CallResult {
    const { run, handle } = this.#loaded.component.plan.exports;
    const isHandled = this.#event.on === 'http' && handle !== null;
    try {
      return isHandled ? this.#handle() : this.#run();
    } catch (error) {
      if (!(error instanceof GuestExit)) throw error;
      return isHandled || run === null ? failed(error.message) : this.#ended(error.exitCode);
    } finally {
      this.#streams.end();
    }
  }

  memoryBytes(): number {
    return this.#world?.memoryBytes() ?? 0;
  }

  close(): void {
    this.#table.closeAll();
  }

  #run(): CallResult {
    const { run } = this.#loaded.component.plan.exports;
    const result = this.#assemble().call(run as NonNullable<typeof run>, []) as Case;
    return this.#ended(result.tag === 'ok' ? 0 : 1);
  }

  #ended(exitCode: number): CallResult {
    this.#streams.end();
    if (exitCode !== 0) return { ...failed(`the program exited with code ${exitCode}`), exitCode };
    if (this.#event.on !== 'http') return { result: { ok: true }, exitCode };
    const { status, headers, body } = parseCgi(this.#streams.answer());
    return { result: { ok: true, answer: { status, headers } }, exitCode, body };
  }

  #handle(): CallResult {
    const { handle } = this.#loaded.component.plan.exports;
    const request = new IncomingRequest(this.#event as Extract<CallEvent, { on: 'http' }>, this.#payload);
    const out = new ResponseOutparam();
    this.#assemble().call(handle as NonNullable<typeof handle>, [request, out]);
    if (out.answer === null) return failed('the handler returned without a response');
    if (out.answer.tag === 'err')
      return failed(`the handler answered with the error ${(out.answer.value as Case).tag}`);
    const { status, fields, outgoing } = out.answer.value as OutgoingResponse;
    if (outgoing !== null && !outgoing.isFinished) return failed('the handler did not finish the body of its response');
    const body = outgoing?.content() ?? new Uint8Array(0);
    const { 'content-length': _length, ...headers } = fields.toRecord();
    return { result: { ok: true, answer: { status, headers } }, body };
  }

  #assemble(): World {
    const { component, modules, channel, init, meter } = this.#loaded;
    const env = { ...init.env, ...(init.stdio === 'inherit' ? {} : eventVariables(this.#event)) };
    const { stdin, stdout, stderr } = this.#streams;
    const preopens = init.preopens.map((preopen) => this.#addPreopen(preopen));
    const files = new Preview1Files({ channel, table: this.#table, times: new ExactTimes(), args: [], env: {}, meter });
    const host = hostFunctions([
      ioInterfaces(channel),
      cliInterfaces({ args: init.args, env, stdin, stdout, stderr }),
      clockInterfaces(),
      randomInterfaces(),
      filesystemInterfaces(files, preopens),
      httpInterfaces(channel),
    ]);
    this.#world = new World(component.plan, modules, host);
    return this.#world;
  }

  #addPreopen({ path, guest, quotaBytes }: InitMessage['preopens'][number]): Preopen {
    const hostFd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const quota = new Quota(`/proc/self/fd/${hostFd}`, quotaBytes);
      const rights = { rightsBase: DIRECTORY_RIGHTS, rightsInheriting: DIRECTORY_RIGHTS | FILE_RIGHTS, flags: 0 };
      const fd = this.#table.add({ kind: 'directory', hostFd, preopen: guest, quota, listing: null, ...rights });
      return { fd, guest };
    } catch (error) {
      closeSync(hostFd);
      throw error;
    }
  }
}

function failed(message: string): CallResult {
  return { result: { ok: false, code: 'guest_error', message } };
}
