import type { CallEvent, DoneMessage } from './messages.ts';

/** A loaded module, whatever its ABI. */
export interface Guest {
  /** Triggers, and `health`, that the module has code for. */
  readonly handlers: readonly CallEvent['on'][];
  /** Runs one trigger to its end. Throws what the guest throws, and GuestExit. */
  run(event: CallEvent, payload: Uint8Array): CallResult;
  peakBytes(): number;
}

export interface CallResult {
  readonly result: DoneMessage['result'];
  readonly exitCode?: number;
  readonly body?: Uint8Array;
}

/** Thrown through the guest's frames when it calls proc_exit. */
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`the program exited with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Ends the load of a module with a code of the protocol. */
export class LoadRefusal extends Error {
  override readonly name = 'LoadRefusal';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
