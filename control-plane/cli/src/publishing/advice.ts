import { type Manifest, refuseContainer } from '@wherry/protocol';

/** What is allowed but will not do what its author expects on a device. Said when publishing; refuses nothing. */
export function adviseOn(manifest: Manifest): string[] {
  return manifest.variants.flatMap((variant, i) => {
    const name = `variant ${i + 1} (${variant.kind})`;
    const advice = variant.kind === 'container' ? containerAdvice(variant, manifest) : wasmAdvice(manifest);
    return advice.map((text) => `${name}: ${text}`);
  });
}

function containerAdvice(variant: Parameters<typeof refuseContainer>[0], manifest: Manifest): string[] {
  const problem = refuseContainer(variant, manifest);
  return problem === null ? [] : [`devices will refuse it (${problem.code}): ${problem.message}`];
}

function wasmAdvice({ triggers, health }: Manifest): string[] {
  const path = health.http?.path;
  const isServed = triggers.some(
    (trigger) => trigger.on === 'http' && trigger.methods.includes('GET') && trigger.path === path,
  );
  if (path === undefined || isServed) return [];
  return [`health.http probes ${path}, which no http trigger with GET serves: the program must answer it all the same`];
}
