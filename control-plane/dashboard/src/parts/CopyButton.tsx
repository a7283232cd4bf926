import { useState } from 'react';

/** The clipboard exists only on secure origins; elsewhere the text is there to be selected. */
export function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        )
      }
    >
      <span aria-live="polite">{isCopied ? 'Copied' : 'Copy the command'}</span>
    </button>
  );
}
