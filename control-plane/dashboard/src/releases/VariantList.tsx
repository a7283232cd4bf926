import type { Variant } from '@wherry/protocol';
import { bytes } from '../words/units.ts';

export function VariantList({ variants }: { readonly variants: readonly Variant[] }) {
  return (
    <ol className="variants">
      {variants.map((variant) => (
        <li key={variant.kind === 'wasm' ? variant.module.digest : variant.image}>
          <strong>{variant.kind}</strong>{' '}
          {variant.kind === 'wasm' ? (
            <>
              {variant.abi}, {bytes(variant.module.sizeBytes)}
              <code className="digest">{variant.module.digest}</code>
            </>
          ) : (
            <>
              for {variant.platforms.join(', ')}
              {variant.archive ? `, archive of ${bytes(variant.archive.sizeBytes)}` : ', pulled from its registry'}
              <code className="digest">{variant.image}</code>
              {variant.command ? <code className="digest">{variant.command.join(' ')}</code> : null}
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
