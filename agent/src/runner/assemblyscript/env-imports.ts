import { LIMITS } from '@wherry/protocol/admission';
import type { GuestMemory } from '../guest-memory.ts';
import type { LogSink } from '../log-sink.ts';
import { randomInteger } from '../randomness.ts';
import type { HostFunction } from '../wherry-abi.ts';
import { readString } from './strings.ts';

/** `abort` of AssemblyScript: a failed assertion, an index out of range, memory exhausted. */
export class GuestAbort extends Error {
  override readonly name = 'GuestAbort';
}

/** What asc itself makes a module import from `env`. */
export function envImports(memory: GuestMemory, log: LogSink): Map<string, HostFunction> {
  const text = (pointer: number) => readString(memory, pointer, LIMITS.logLineBytes);
  const functions: Record<string, HostFunction> = {
    abort(message: number, file: number, line: number, column: number): undefined {
      throw new GuestAbort(`abort: ${text(message)} at ${text(file)}:${line}:${column}`);
    },
    trace(message: number, count: number, ...values: number[]): undefined {
      log.line('debug', 'log', [`trace: ${text(message)}`, ...values.slice(0, Math.max(0, count))].join(' '));
    },
    seed: () => randomInteger(6),
  };
  return new Map(Object.entries(functions));
}
