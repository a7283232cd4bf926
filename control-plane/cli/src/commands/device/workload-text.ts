import type { WorkloadStatus } from '@wherry/protocol';

/** One workload in a few characters: `thermostat@1.4.0`, with its state unless it is healthy. */
export function workloadText(workload: WorkloadStatus): string {
  const name = `${workload.app}@${workload.version}`;
  return workload.state === 'healthy' ? name : `${name}(${workload.state})`;
}
