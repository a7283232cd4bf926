import { AGENT_APP, type Problem, type Release, type WasmFeature } from '@wherry/protocol';

/** What the owner of this device allows, whatever is signed. */
export interface Policy {
  readonly memoryBytesMax: number;
  readonly cpuShareMax: number;
  readonly allowContainers: boolean;
  readonly allowWasm: boolean;
  /** May releases put another version of the agent in the place of this one? They may unless it is false. */
  readonly allowAgentUpdates?: boolean;
  /** May guests call out by HTTP? */
  readonly allowHttp: boolean;
  /** May names that they are granted lead to private, loopback and link-local addresses? */
  readonly allowPrivateHttp?: boolean;
  readonly allowGpio?: boolean;
  readonly allowI2c?: boolean;
  readonly allowSerial?: boolean;
  /** Wasm features beyond the usual that modules may use when they are granted them; none without. */
  readonly allowFeatures?: readonly WasmFeature[];
  readonly dataBytesMax: number;
  /** Longest call, and most CPU time of one; with the second, a release must name a limit of its own. */
  readonly wallMsMax?: number | undefined;
  readonly cpuTimeMsMax?: number | undefined;
}

export function refuseByPolicy(release: Release, policy: Policy): Problem | null {
  // The limits are those of programs, and the agent is none.
  if (release.app === AGENT_APP) return null;
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
  const untimed = refuseTimes(limits, policy);
  if (untimed !== null) return untimed;
  if ((capabilities.dataBytes ?? 0) > policy.dataBytesMax)
    return {
      code: 'limit_above_device',
      message: `asks for ${capabilities.dataBytes} bytes of disk; this device gives at most ${policy.dataBytesMax}`,
    };
  if (capabilities.http !== undefined && !policy.allowHttp)
    return { code: 'capability_denied', message: 'asks for HTTP; the policy of this device denies it' };
  const denied = [
    capabilities.http?.private === true && policy.allowPrivateHttp === false && 'HTTP to private addresses',
    capabilities.gpio !== undefined && policy.allowGpio === false && 'GPIO',
    capabilities.i2c !== undefined && policy.allowI2c === false && 'I2C',
    capabilities.serial !== undefined && policy.allowSerial === false && 'serial devices',
  ].find((what) => what !== false);
  const feature = (capabilities.features ?? []).find((wanted) => !policy.allowFeatures?.includes(wanted));
  if (feature !== undefined)
    return {
      code: 'feature_refused',
      message: `asks for the Wasm feature ${feature}; the policy of this device denies it`,
    };
  if (denied !== undefined)
    return { code: 'capability_denied', message: `asks for ${denied}; the policy of this device denies it` };
  return null;
}

function refuseTimes({ wallMs, cpuTimeMs }: Release['limits'], { wallMsMax, cpuTimeMsMax }: Policy): Problem | null {
  if (wallMsMax !== undefined && wallMs > wallMsMax)
    return {
      code: 'limit_above_device',
      message: `asks for calls of ${wallMs} ms; this device gives at most ${wallMsMax}`,
    };
  if (cpuTimeMsMax === undefined || (cpuTimeMs !== undefined && cpuTimeMs <= cpuTimeMsMax)) return null;
  const asks =
    cpuTimeMs === undefined
      ? 'names no limit for the CPU time of a call'
      : `asks for calls of ${cpuTimeMs} ms CPU time`;
  return {
    code: 'limit_above_device',
    message: `${asks}; this device gives at most ${cpuTimeMsMax}: set limits.cpuTime`,
  };
}
