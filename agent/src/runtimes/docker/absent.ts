import { existsSync } from 'node:fs';

/** There is no socket where the engine's should be; what its owner can do about it. */
export function isEngineAbsent(socketPath: string): boolean {
  return !existsSync(socketPath);
}

export function engineAbsent(socketPath: string): string {
  return `no container engine at ${socketPath}: install Docker or Podman, or set the socket in the agent's configuration`;
}
