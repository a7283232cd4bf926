import { newKeyPair } from './web-sealer.ts';

/** Why this browser cannot seal, and what to do instead; null when it can. */
export async function whyNotSealing(): Promise<string | null> {
  if (!globalThis.crypto?.subtle)
    return 'Browsers seal only on pages that came over HTTPS, or from this very machine: open this page at its https:// address, or use wherry secret set.';
  try {
    await newKeyPair();
    return null;
  } catch {
    return 'This browser has no X25519, to which secrets are sealed: use Chrome 133, Firefox 130, Safari 17 or newer, or wherry secret set.';
  }
}
