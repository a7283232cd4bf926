/** Filled and green, or an empty ring; the word is there for those who hear the page or point at the dot. */
export function OnlineDot({ isOnline }: { readonly isOnline: boolean }) {
  const word = isOnline ? 'online' : 'offline';
  return (
    <span className="dot" data-online={isOnline} title={word}>
      <span className="hidden">{word}</span>
    </span>
  );
}
