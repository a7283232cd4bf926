/** wasi:cli, wasi:clocks and wasi:random 0.2, in the notation of WIT without comments (WebAssembly/WASI, proposals). */
const stdio = (name: string, stream: string) => `
  use wasi:io/streams.{${stream}};
  get-${name}: func() -> ${stream};`;
const terminal = (name: string, terminal: string) => `
  use wasi:cli/${terminal}.{${terminal}};
  get-terminal-${name}: func() -> option<${terminal}>;`;

export const CLI: Readonly<Record<string, string>> = {
  'wasi:cli/environment': `
    get-environment: func() -> list<tuple<string, string>>;
    get-arguments: func() -> list<string>;
    initial-cwd: func() -> option<string>;`,
  'wasi:cli/exit': `
    exit: func(status: result);
    exit-with-code: func(status-code: u8);`,
  'wasi:cli/run': `run: func() -> result;`,
  'wasi:cli/stdin': stdio('stdin', 'input-stream'),
  'wasi:cli/stdout': stdio('stdout', 'output-stream'),
  'wasi:cli/stderr': stdio('stderr', 'output-stream'),
  'wasi:cli/terminal-input': `resource terminal-input;`,
  'wasi:cli/terminal-output': `resource terminal-output;`,
  'wasi:cli/terminal-stdin': terminal('stdin', 'terminal-input'),
  'wasi:cli/terminal-stdout': terminal('stdout', 'terminal-output'),
  'wasi:cli/terminal-stderr': terminal('stderr', 'terminal-output'),
  'wasi:clocks/monotonic-clock': `
    use wasi:io/poll.{pollable};
    type instant = u64;
    type duration = u64;
    now: func() -> instant;
    resolution: func() -> duration;
    subscribe-instant: func(when: instant) -> pollable;
    subscribe-duration: func(when: duration) -> pollable;`,
  'wasi:clocks/wall-clock': `
    record datetime { seconds: u64, nanoseconds: u32 }
    now: func() -> datetime;
    resolution: func() -> datetime;`,
  'wasi:random/random': `
    get-random-bytes: func(len: u64) -> list<u8>;
    get-random-u64: func() -> u64;`,
  'wasi:random/insecure': `
    get-insecure-random-bytes: func(len: u64) -> list<u8>;
    get-insecure-random-u64: func() -> u64;`,
  'wasi:random/insecure-seed': `insecure-seed: func() -> tuple<u64, u64>;`,
};
