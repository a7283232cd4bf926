import { GuestExit } from '../../guest.ts';
import { fillRandom } from '../../randomness.ts';
import { clockNs } from '../../wasi/clocks.ts';
import { CLOCK } from '../../wasi/layout.ts';
import { trap } from '../abi/trap.ts';
import { type Case, NONE } from '../abi/values.ts';
import type { Interfaces } from './interfaces.ts';
import { InputStream, OutputStream, Pollable, type Sink, type Source } from './streams.ts';

export interface CommandContext {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

const NS = 1_000_000_000n;
const RANDOM_BYTES_MAX = 1024n * 1024n;
const U64_MAX = 2n ** 64n - 1n;

/** wasi:cli, wasi:clocks, wasi:random. There is never a terminal. */
export function cliInterfaces({ args, env, stdin, stdout, stderr }: CommandContext): Interfaces {
  return {
    'wasi:cli/environment': {
      'get-environment': () => Object.entries(env),
      'get-arguments': () => args,
      'initial-cwd': () => NONE,
    },
    'wasi:cli/exit': {
      exit: ({ tag }: Case) => {
        throw new GuestExit(tag === 'ok' ? 0 : 1);
      },
      'exit-with-code': (code: number) => {
        throw new GuestExit(code);
      },
    },
    'wasi:cli/stdin': { 'get-stdin': () => new InputStream(stdin) },
    'wasi:cli/stdout': { 'get-stdout': () => new OutputStream(stdout) },
    'wasi:cli/stderr': { 'get-stderr': () => new OutputStream(stderr) },
    'wasi:cli/terminal-input': {},
    'wasi:cli/terminal-output': {},
    'wasi:cli/terminal-stdin': { 'get-terminal-stdin': () => NONE },
    'wasi:cli/terminal-stdout': { 'get-terminal-stdout': () => NONE },
    'wasi:cli/terminal-stderr': { 'get-terminal-stderr': () => NONE },
  };
}

export function clockInterfaces(): Interfaces {
  const monotonic = () => clockNs(CLOCK.monotonic);
  const at = (deadlineNs: bigint) => new Pollable(() => monotonic() >= deadlineNs, deadlineNs);
  return {
    'wasi:clocks/monotonic-clock': {
      now: monotonic,
      resolution: () => 1n,
      'subscribe-instant': at,
      'subscribe-duration': (ns: bigint) => at(monotonic() + ns > U64_MAX ? U64_MAX : monotonic() + ns),
    },
    'wasi:clocks/wall-clock': {
      now: () => datetime(clockNs(CLOCK.realtime)),
      resolution: () => datetime(1000n),
    },
  };
}

export function randomInterfaces(): Interfaces {
  const bytes = (length: bigint) => {
    if (length > RANDOM_BYTES_MAX) trap(`${length} random bytes at once; the most is ${RANDOM_BYTES_MAX}`);
    const out = new Uint8Array(Number(length));
    fillRandom(out);
    return out;
  };
  const number = () => new DataView(bytes(8n).buffer).getBigUint64(0);
  return {
    'wasi:random/random': { 'get-random-bytes': bytes, 'get-random-u64': number },
    'wasi:random/insecure': { 'get-insecure-random-bytes': bytes, 'get-insecure-random-u64': number },
    'wasi:random/insecure-seed': { 'insecure-seed': () => [number(), number()] },
  };
}

/** A time since 1970 as WASI 0.2 writes it. */
export function datetime(ns: bigint): { readonly seconds: bigint; readonly nanoseconds: number } {
  return { seconds: ns / NS, nanoseconds: Number(ns % NS) };
}
