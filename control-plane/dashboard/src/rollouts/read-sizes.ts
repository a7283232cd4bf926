import { type Outcome, type Problem, parseShare, type WaveSize } from '@wherry/protocol';

export function readWaveSize(text: string): Outcome<WaveSize> {
  const trimmed = text.trim();
  if (!trimmed.endsWith('%')) {
    const count = readWhole(trimmed, 1);
    return count.ok ? { ok: true, value: { count: count.value } } : fault('write a number like 5, or a share like 10%');
  }
  const share = parseShare(trimmed);
  if (!share.ok) return share;
  if (share.value <= 0 || share.value > 1) return fault('a share is above 0 % and at most 100 %');
  return { ok: true, value: { share: share.value } };
}

export function readWhole(text: string, least: number): Outcome<number> {
  if (!/^\d{1,6}$/.test(text.trim()) || Number(text) < least) return fault(`write a whole number, at least ${least}`);
  return { ok: true, value: Number(text) };
}

export function fault(message: string): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems: [{ code: 'invalid_quantity', message }] };
}
