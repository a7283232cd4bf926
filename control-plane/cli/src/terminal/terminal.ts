/** Where a command writes: results on `out`, everything else on `err`, so that a pipe carries results only. */
export interface Terminal {
  readonly out: Sink;
  readonly err: Sink;
  /** A person watches `out`: bars may be drawn and screens redrawn. */
  readonly isInteractive: boolean;
}

export interface Sink {
  write(text: string): unknown;
}

export function processTerminal(): Terminal {
  return { out: process.stdout, err: process.stderr, isInteractive: Boolean(process.stdout.isTTY) };
}
