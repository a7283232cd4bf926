import { statSync } from 'node:fs';

/** There is no socket where the engine's should be; what its owner can do about it. */
export function isEngineAbsent(socketPath: string): boolean {
  try {
    statSync(socketPath);
    return false;
  } catch (error) {
    // One that may not be looked at is there for all we know: whoever connects is told why not.
    return (error as NodeJS.ErrnoException).code !== 'EACCES';
  }
}

export function engineAbsent(socketPath: string): string {
  return `no container engine at ${socketPath}: install Docker or Podman, or set the socket in the agent's configuration`;
}
