import { LIMITS } from '@wherry/protocol/admission';
import type { CallMeter } from './call-meter.ts';
import type { Channel } from './channel.ts';
import { eventText } from './event-variables.ts';
import type { GuestMemory } from './guest-memory.ts';
import { hardwareImports } from './hardware-abi.ts';
import type { LogSink } from './log-sink.ts';
import { type HostOperation, type LogLevel, STATUS } from './messages.ts';

/**
 * The import module `wherry`: what a guest may ask of the agent, in whatever language it is written. Text and bytes are pointer and
 * length, text is UTF-8. Functions return a length or 0, or a negative STATUS. A pointer outside the memory is a trap. What a
 * guest gets is decided by the agent; here only sizes are checked, so that a frame never exceeds its bound.
 * Documented for guests in guest-sdk/include/wherry.h.
 */
export interface AbiContext {
  readonly channel: Channel;
  readonly memory: GuestMemory;
  readonly log: LogSink;
  readonly config: Readonly<Record<string, string>>;
  /** A trigger that the guest pulls is a call of its own. */
  readonly meter?: CallMeter;
}

/** A function a guest may import. Arguments are numbers by the module's own declared type. */
export type HostFunction = (...args: never[]) => number | bigint | undefined;

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];

export function wherryImports({ channel, memory, log, config, meter }: AbiContext): Map<string, HostFunction> {
  /** Bytes that did not fit the guest's buffer yet. */
  let pendingEvent: Uint8Array | null = null;
  let response: Uint8Array = new Uint8Array(0);

  function text(pointer: number, length: number, bytesMax: number): string | null {
    if (length >>> 0 > bytesMax) return null;
    try {
      return memory.text(pointer, length);
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }

  /** Copies what fits and returns the whole length: a guest whose buffer is too small calls again with a larger one. */
  function deliver(bytes: Uint8Array, pointer: number, length: number): number {
    memory.write(pointer, bytes.subarray(0, length >>> 0));
    return bytes.length;
  }

  function ask(operation: HostOperation, tail?: Uint8Array): number {
    return channel.request(operation, tail).status;
  }

  const functions: Record<string, HostFunction> = {
    log(level: number, pointer: number, length: number): undefined {
      const bytes = memory.bytes(pointer, length);
      const line = new TextDecoder().decode(bytes.subarray(0, LIMITS.logLineBytes));
      log.line(LEVELS[level] ?? 'info', 'log', line);
    },
    now_ms: () => Date.now(),
    publish(topicAt: number, topicLength: number, payloadAt: number, payloadLength: number): number {
      const topic = text(topicAt, topicLength, LIMITS.topicBytes);
      const payload = memory.bytes(payloadAt, payloadLength);
      if (topic === null || payload.length > LIMITS.publishPayloadBytes) return STATUS.invalid;
      return ask({ op: 'publish', topic }, payload);
    },
    kv_get(keyAt: number, keyLength: number, bufferAt: number, bufferLength: number): number {
      const key = text(keyAt, keyLength, LIMITS.kvKeyBytes);
      if (key === null) return STATUS.invalid;
      const reply = channel.request({ op: 'kv_get', key });
      return reply.status < 0 ? reply.status : deliver(reply.tail, bufferAt, bufferLength);
    },
    kv_set(keyAt: number, keyLength: number, valueAt: number, valueLength: number): number {
      const key = text(keyAt, keyLength, LIMITS.kvKeyBytes);
      const value = memory.bytes(valueAt, valueLength);
      if (key === null || value.length > LIMITS.kvValueBytes) return STATUS.invalid;
      return ask({ op: 'kv_set', key }, value);
    },
    kv_delete(keyAt: number, keyLength: number): number {
      const key = text(keyAt, keyLength, LIMITS.kvKeyBytes);
      return key === null ? STATUS.invalid : ask({ op: 'kv_delete', key });
    },
    config_get(keyAt: number, keyLength: number, bufferAt: number, bufferLength: number): number {
      const key = text(keyAt, keyLength, 64);
      if (key === null) return STATUS.invalid;
      const value = Object.hasOwn(config, key) ? config[key] : undefined;
      return value === undefined ? STATUS.absent : deliver(Buffer.from(value), bufferAt, bufferLength);
    },
    secret_get(nameAt: number, nameLength: number, bufferAt: number, bufferLength: number): number {
      const name = text(nameAt, nameLength, 64);
      if (name === null) return STATUS.invalid;
      const reply = channel.request({ op: 'secret_get', name });
      if (reply.status < 0) return reply.status;
      const length = deliver(reply.tail, bufferAt, bufferLength);
      reply.tail.fill(0);
      return length;
    },
    trigger_next(bufferAt: number, bufferLength: number, timeoutMs: number): number {
      if (pendingEvent === null) {
        const reply = channel.request({ op: 'next', timeoutMs: timeoutMs >>> 0 });
        if (reply.status < 0 || reply.event === undefined) return reply.status < 0 ? reply.status : STATUS.failed;
        meter?.begin();
        pendingEvent = eventText(reply.event, reply.tail);
      }
      const length = deliver(pendingEvent, bufferAt, bufferLength);
      if (length <= bufferLength >>> 0) pendingEvent = null;
      return length;
    },
    trigger_answer(status: number, typeAt: number, typeLength: number, bodyAt: number, bodyLength: number): number {
      const type = text(typeAt, typeLength, 256);
      const body = memory.bytes(bodyAt, bodyLength);
      if (type === null || !/^[\x20-\x7e]*$/.test(type) || body.length > LIMITS.httpBodyBytes) return STATUS.invalid;
      return ask({ op: 'answer', status, headers: type === '' ? {} : { 'content-type': type } }, body);
    },
    http_fetch(headAt: number, headLength: number, bodyAt: number, bodyLength: number): number {
      const head = text(headAt, headLength, 8 * 1024);
      const body = memory.bytes(bodyAt, bodyLength);
      const request = head === null ? null : parseRequest(head);
      if (request === null || body.length > LIMITS.httpBodyBytes) return STATUS.invalid;
      const reply = channel.request({ op: 'fetch', ...request }, body);
      if (reply.status < 0) return reply.status;
      response = reply.tail;
      return response.length;
    },
    ...hardwareImports({ channel, memory, text }),
    http_response: (bufferAt: number, bufferLength: number): number => deliver(response, bufferAt, bufferLength),
  };
  return new Map(Object.entries(functions));
}

/** `METHOD url`, then `name: value` lines. */
function parseRequest(head: string): { method: string; url: string; headers: Record<string, string> } | null {
  const [first = '', ...rest] = head.trimEnd().split(/\r?\n/);
  const start = /^([A-Z]{1,16}) (\S+)$/.exec(first);
  if (start === null) return null;
  const headers: Record<string, string> = Object.create(null);
  for (const line of rest) {
    const match = /^([A-Za-z0-9-]{1,64}):\s*([\x20-\x7e]*)$/.exec(line);
    if (match === null) return null;
    headers[(match[1] as string).toLowerCase()] = match[2] as string;
  }
  return { method: start[1] as string, url: start[2] as string, headers };
}
