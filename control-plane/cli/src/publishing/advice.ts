import type { Manifest } from '@wherry/protocol';

/** What is allowed but will not do what its author expects on a device. Said when publishing; refuses nothing. */
export function adviseOn(manifest: Manifest): string[] {
  return manifest.variants.flatMap((variant, i) => {
    const name = `variant ${i + 1} (${variant.kind})`;
    return (variant.kind === 'container' ? containerAdvice(manifest) : wasmAdvice(manifest)).map(
      (text) => `${name}: ${text}`,
    );
  });
}

function containerAdvice({ triggers, health }: Manifest): string[] {
  const foreign = [...new Set(triggers.map((trigger) => trigger.on).filter((on) => on !== 'start'))];
  return [
    ...(foreign.length > 0
      ? [`devices will refuse it, because a container is only started and knows no ${foreign.join(', ')} trigger`]
      : []),
    ...(health.http && health.http.port === undefined
      ? ['devices will refuse it, because health.http of a container needs the port that it listens on']
      : []),
  ];
}

function wasmAdvice({ triggers, health }: Manifest): string[] {
  const path = health.http?.path;
  const isServed = triggers.some(
    (trigger) => trigger.on === 'http' && trigger.methods.includes('GET') && trigger.path === path,
  );
  if (path === undefined || isServed) return [];
  return [`health.http probes ${path}, which no http trigger with GET serves: the program must answer it all the same`];
}
