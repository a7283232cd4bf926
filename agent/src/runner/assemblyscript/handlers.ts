import { LIMITS } from '@wherry/protocol/admission';
import { parseCgi } from '../cgi.ts';
import type { WasmMemory } from '../engine.ts';
import type { CallResult } from '../guest.ts';
import { type GuestMemory, MemoryFault } from '../guest-memory.ts';
import type { CallEvent } from '../messages.ts';
import { readBuffer } from './strings.ts';

/** The handlers that an AssemblyScript module exports, and how each is called. */
export interface Exports {
  readonly memory?: WasmMemory;
  readonly onStart?: () => void;
  readonly onCron?: (schedule: number) => void;
  readonly onMqtt?: (topic: number, payload: number) => void;
  readonly onHttp?: (method: number, path: number, query: number, body: number) => number;
  readonly onHealth?: () => number;
  readonly onSave?: () => number;
  readonly onLoad?: (state: number) => void;
  __newString(text: string): number;
  __newArrayBuffer(bytes: ArrayBufferLike): number;
  __pin(pointer: number): number;
  __unpin(pointer: number): void;
}

/** Bytes that an http answer may have: its body and its headers. */
const ANSWER_BYTES_MAX = LIMITS.httpBodyBytes + 8 * 1024;

export function runHandler(exports: Exports, memory: GuestMemory, event: CallEvent, payload: Uint8Array): CallResult {
  const pinned: number[] = [];
  const pin = (pointer: number) => {
    pinned.push(exports.__pin(pointer));
    return pointer;
  };
  try {
    return dispatch(exports, memory, event, {
      text: (value) => pin(exports.__newString(value)),
      payload: () => pin(exports.__newArrayBuffer(new Uint8Array(payload).buffer)),
    });
  } finally {
    for (const pointer of pinned) unpin(exports, pointer);
  }
}

/** Makes arguments in the guest's memory, pinned so that its collector keeps them until the call is over. */
interface Arguments {
  text(value: string): number;
  payload(): number;
}

function dispatch(exports: Exports, memory: GuestMemory, event: CallEvent, make: Arguments): CallResult {
  switch (event.on) {
    case 'start':
      exports.onStart?.();
      return DONE;
    case 'health': {
      const status = exports.onHealth?.() ?? 0;
      return status === 0 ? DONE : failed(`onHealth returned ${status}`);
    }
    case 'save':
      return exports.onSave === undefined ? missing('onSave') : save(memory, exports.onSave());
    case 'load':
      if (exports.onLoad === undefined) return missing('onLoad');
      exports.onLoad(make.payload());
      return DONE;
    case 'cron':
      if (exports.onCron === undefined) return missing('onCron');
      exports.onCron(make.text(event.schedule));
      return DONE;
    case 'mqtt':
      if (exports.onMqtt === undefined) return missing('onMqtt');
      exports.onMqtt(make.text(event.topic), make.payload());
      return DONE;
    case 'http': {
      if (exports.onHttp === undefined) return missing('onHttp');
      const { method, path, query } = event;
      const answer = exports.onHttp(make.text(method), make.text(path), make.text(query), make.payload());
      const { status, headers, body } = parseCgi(readBuffer(memory, answer, ANSWER_BYTES_MAX));
      return { result: { ok: true, answer: { status, headers } }, body };
    }
  }
}

/** A state that is too large stays where it is: it must not end the instance that has it. */
function save(memory: GuestMemory, pointer: number): CallResult {
  try {
    return { ...DONE, body: pointer === 0 ? new Uint8Array(0) : readBuffer(memory, pointer, LIMITS.stateBytes) };
  } catch (error) {
    if (error instanceof MemoryFault) return failed(`onSave returned ${error.message}`);
    throw error;
  }
}

const DONE: CallResult = { result: { ok: true } };

function failed(message: string): CallResult {
  return { result: { ok: false, code: 'guest_error', message } };
}

function missing(name: string): CallResult {
  return failed(`the module exports no ${name}, but its release has such a trigger`);
}

/** After a trap the guest's runtime may be in no state to answer; the first error is the one to tell. */
function unpin(exports: Exports, pointer: number): void {
  try {
    exports.__unpin(pointer);
  } catch {}
}
