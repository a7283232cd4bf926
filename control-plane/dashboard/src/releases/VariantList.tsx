import type { ContainerVariant, Variant } from '@wherry/protocol';
import { bytes } from '../words/units.ts';

export function VariantList({ variants }: { readonly variants: readonly Variant[] }) {
  return (
    <ol className="variants">
      {variants.map((variant) => (
        <li key={keyOf(variant)}>
          <strong>{variant.kind}</strong> <VariantFacts variant={variant} />
        </li>
      ))}
    </ol>
  );
}

function keyOf(variant: Variant): string {
  if (variant.kind === 'wasm') return variant.module.digest;
  return variant.kind === 'agent' ? `${variant.target} ${variant.archive.digest}` : variant.image;
}

function VariantFacts({ variant }: { readonly variant: Variant }) {
  if (variant.kind === 'container') return <ContainerFacts variant={variant} />;
  const { kind } = variant;
  const artifact = kind === 'wasm' ? variant.module : variant.archive;
  return (
    <>
      {kind === 'wasm' ? variant.abi : `for devices of class ${variant.target}`}, {bytes(artifact.sizeBytes)}
      <code className="digest">{artifact.digest}</code>
    </>
  );
}

function ContainerFacts({ variant }: { readonly variant: ContainerVariant }) {
  return (
    <>
      for {variant.platforms.join(', ')}
      {variant.archive ? `, archive of ${bytes(variant.archive.sizeBytes)}` : ', pulled from its registry'}
      <code className="digest">{variant.image}</code>
      {variant.command ? <code className="digest">{variant.command.join(' ')}</code> : null}
    </>
  );
}
