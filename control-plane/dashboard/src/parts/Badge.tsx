import type { Look } from '../words/tones.ts';
import { Icon } from './Icon.tsx';

/** A state: shape, word and colour. */
export function Badge({ look }: { readonly look: Look }) {
  return (
    <span className="badge" data-tone={look.tone} title={look.hint}>
      <Icon shape={look.shape} />
      {look.label}
    </span>
  );
}
