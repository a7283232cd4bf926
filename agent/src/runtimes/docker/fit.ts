import { type ContainerVariant, type Outcome, refuse, refuseContainer, succeed } from '@wherry/protocol';
import type { WorkloadSpec } from '../port.ts';
import type { EngineFacts } from './engine-facts.ts';
import { isSamePlatform } from './platform.ts';

/** What can be refused before the image is touched. */
export function fitsEngine(spec: WorkloadSpec, engine: EngineFacts): Outcome<ContainerVariant> {
  const { variant, release } = spec;
  if (variant.kind !== 'container')
    return refuse('no_runtime', `a container engine cannot run a ${variant.kind} variant`);
  if (!variant.platforms.some((platform) => isSamePlatform(platform, engine.platform)))
    return refuse('wrong_platform', `made for ${variant.platforms.join(', ')}; this engine runs ${engine.platform}`);
  const problem = refuseContainer(variant, release);
  if (problem !== null) return { ok: false, problems: [problem] };
  const { memoryBytes, cpuShare } = release.limits;
  if (memoryBytes > engine.memoryBytes)
    return refuse(
      'limit_above_device',
      `asks for ${memoryBytes} bytes of memory; the engine has ${engine.memoryBytes}`,
    );
  if (cpuShare > engine.cores)
    return refuse('limit_above_device', `asks for ${cpuShare} cores; the engine has ${engine.cores}`);
  return succeed(variant);
}
