/** What a guest asks of the hardware of its device; the agent does it. Names are those of the release's grants. */
export type HardwareOperation =
  /** Reply status: 1 active, 0 inactive. */
  | { readonly op: 'gpio_read'; readonly pin: string }
  | { readonly op: 'gpio_write'; readonly pin: string; readonly isActive: boolean }
  /** Reply status: 1 a rising edge, 2 a falling one. */
  | {
      readonly op: 'gpio_wait';
      readonly pin: string;
      readonly edge: 'rising' | 'falling' | 'both';
      readonly timeoutMs: number;
    }
  /** Tail: the bytes of all writes, one behind the other. Reply tail: the bytes of all reads. */
  | {
      readonly op: 'i2c_transaction';
      readonly bus: string;
      readonly address: number;
      readonly operations: readonly { readonly kind: 'read' | 'write'; readonly bytes: number }[];
    }
  | { readonly op: 'serial_open'; readonly device: string; readonly baud: number }
  /** Reply tail: what came, as soon as anything has. */
  | { readonly op: 'serial_read'; readonly device: string; readonly bytes: number; readonly timeoutMs: number }
  /** Tail: the bytes. Reply status: how many were taken. */
  | { readonly op: 'serial_write'; readonly device: string };
