import type { Problem, Release } from '@wherry/protocol';

/** What the owner of this device allows, whatever is signed. */
export interface Policy {
  readonly memoryBytesMax: number;
  readonly cpuShareMax: number;
  readonly allowContainers: boolean;
  readonly allowWasm: boolean;
  /** May guests call out by HTTP? */
  readonly allowHttp: boolean;
  readonly dataBytesMax: number;
}

export function refuseByPolicy(release: Release, policy: Policy): Problem | null {
  const { limits, capabilities } = release;
  if (limits.memoryBytes > policy.memoryBytesMax)
    return {
      code: 'memory_above_limit',
      message: `asks for ${limits.memoryBytes} bytes of memory; this device gives at most ${policy.memoryBytesMax}`,
    };
  if (limits.cpuShare > policy.cpuShareMax)
    return {
      code: 'limit_above_device',
      message: `asks for ${limits.cpuShare} of a core; this device gives at most ${policy.cpuShareMax}`,
    };
  if ((capabilities.dataBytes ?? 0) > policy.dataBytesMax)
    return {
      code: 'limit_above_device',
      message: `asks for ${capabilities.dataBytes} bytes of disk; this device gives at most ${policy.dataBytesMax}`,
    };
  if (capabilities.http !== undefined && !policy.allowHttp)
    return { code: 'capability_denied', message: 'asks for HTTP; the policy of this device denies it' };
  return null;
}
