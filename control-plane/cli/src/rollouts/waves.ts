import { parseShare, type WaveSize } from '@wherry/protocol';
import { misused } from '../failure.ts';

/** Waves from the command line: `1,10%,rest` is one device, a tenth of all, and everything that is left. */
export function parseWaves(text: string): WaveSize[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.map((part, i) => {
    if (part === 'rest') {
      if (i < parts.length - 1) throw misused('rest takes all devices that are left, so it must be the last wave');
      return { share: 1 };
    }
    if (/^[1-9]\d{0,8}$/.test(part)) return { count: Number(part) };
    const share = parseShare(part);
    if (share.ok && share.value > 0 && share.value <= 1) return { share: share.value };
    throw misused(`${JSON.stringify(part)} is not a wave: write a count, a share or rest, for example 1,10%,rest`);
  });
}
