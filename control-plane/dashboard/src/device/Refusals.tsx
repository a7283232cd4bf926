import type { Refusal } from '@wherry/protocol';
import { CODE_WORDS } from '../words/codes.ts';

/** Why earlier variants of the release were not taken on this device. */
export function Refusals({ refusals }: { readonly refusals: readonly Refusal[] }) {
  return (
    <details open>
      <summary>Variants not taken</summary>
      <ul className="refusals">
        {refusals.map((refusal) => (
          <li key={`${refusal.variant} ${refusal.code}`}>
            <strong>
              {refusal.variant + 1}. {refusal.kind}
            </strong>
            : {CODE_WORDS[refusal.code]} <code>{refusal.code}</code>
            <span className="why-detail">{refusal.message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
