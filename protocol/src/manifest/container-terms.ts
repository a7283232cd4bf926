import type { Problem } from '../errors.ts';
import type { Capabilities, ContainerVariant, HealthPolicy, Trigger } from './release.ts';

interface ContainerTerms {
  readonly triggers: readonly Trigger[];
  readonly health: HealthPolicy;
  readonly capabilities: Capabilities;
}

/**
 * What no container engine can do for a release, whatever the device: such a variant is refused and the next one is tried. Said when it
 * is published, in a rollout's forecast and by the device, in the same words. Null: an engine may do.
 */
export function refuseContainer(
  variant: Pick<ContainerVariant, 'network'>,
  { triggers, health, capabilities }: ContainerTerms,
): Problem | null {
  if (triggers.some(({ on }) => on === 'http'))
    return refused('feature_refused', 'a container takes no http triggers: offer a wasm variant for them');
  if (health.http && health.http.port === undefined)
    return refused(
      'feature_refused',
      'health.http of a container needs a port: say which one the container listens on',
    );
  if (capabilities.http && variant.network !== 'open')
    return refused(
      'capability_denied',
      'an engine cannot hold a container to the addresses in http.allow: write network: open beside its image if it may reach any, or offer a wasm variant',
    );
  return null;
}

function refused(code: Problem['code'], message: string): Problem {
  return { code, message };
}
