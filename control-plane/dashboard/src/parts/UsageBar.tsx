/** A figure over a thin bar of its share. The figure is the text; the bar is for the eye only. */
export function UsageBar({ share, text }: { readonly share: number; readonly text: string }) {
  const width = `${Math.min(100, Math.max(0, share * 100))}%`;
  return (
    <span className="usage">
      {text}
      <span className="usage-bar" aria-hidden="true" data-high={share >= 0.85}>
        <span style={{ width }} />
      </span>
    </span>
  );
}
