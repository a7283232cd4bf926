import { useState } from 'react';

/** A button that asks once more in its own place. */
export function ConfirmButton({ words, onConfirm }: { readonly words: string; readonly onConfirm: () => void }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <button
      type="button"
      className={isAsking ? 'danger' : undefined}
      onBlur={() => setAsking(false)}
      onClick={() => {
        if (isAsking) onConfirm();
        setAsking(!isAsking);
      }}
    >
      <span aria-live="polite">{isAsking ? `${words}? Press again` : words}</span>
    </button>
  );
}
