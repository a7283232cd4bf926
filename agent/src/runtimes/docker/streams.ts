import type { HostServices } from '../port.ts';
import type { EngineClient } from './client.ts';
import { pumpLogs } from './log-pump.ts';
import type { ContainerInput } from './stdin.ts';

/**
 * What goes into a container and what comes out of it. An engine that ends cuts both, also where its containers outlive it, as Podman's
 * do. Output is taken up again. Input is not: with it Podman closes the container's standard input, which nobody can open again.
 */
export interface ContainerStreams {
  /** False when the container does not take the line. */
  write(line: string): boolean;
  /** Goes on with the lines from where they were cut; some may come twice. False when the container hears of no event any more. */
  takeUp(): boolean;
  /** When the engine has sent everything, or could not. */
  drained(): Promise<void>;
  close(): void;
}

/** `input`: null for a container that takes no events. */
export function holdStreams(
  client: EngineClient,
  containerId: string,
  host: HostServices,
  input: ContainerInput | null,
): ContainerStreams {
  let logs = follow(null);

  function follow(sinceMs: number | null) {
    const pump = pumpLogs(client, containerId, host, sinceMs);
    const held = { pump, cutAtMs: null as number | null };
    void pump.drained.then(() => {
      held.cutAtMs = Date.now();
    });
    return held;
  }

  return {
    write: (line) => input?.write(line) ?? false,
    takeUp() {
      if (logs.cutAtMs !== null) logs = follow(logs.cutAtMs);
      return input?.isCut() !== true;
    },
    drained: () => logs.pump.drained,
    close() {
      logs.pump.close();
      input?.close();
    },
  };
}
