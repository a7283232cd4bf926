import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deviceId, formatSelector, parseSelector, parseShare, type WaveRequest, type WaveSize } from '@wherry/protocol';
import { misused } from '../failure.ts';
import { waveOptions } from './wave-options.ts';

/**
 * Waves from the command line. Each `--wave` is either a list of sizes, `1,10%,rest`, or one wave:
 *
 *   [SIZE of] SELECTOR | [SIZE of] @FILE     then   [; approval] [; max-failures=N] …
 *
 * A comma is part of a selector, so a list is a list only if all of its parts are sizes. What reads as a size is one: a label
 * of such a name is written `all of 5`.
 */
export function parseWaves(texts: readonly string[], folder: string): WaveRequest[] {
  const waves = texts.flatMap((text) => parseFlag(text, folder));
  const early = waves.slice(0, -1).find((wave) => wave.isRest);
  if (early) throw misused('rest takes all devices that are left, so it must be the last wave');
  return waves.map((wave) => wave.request);
}

interface ReadWave {
  readonly request: WaveRequest;
  readonly isRest: boolean;
}

function parseFlag(text: string, folder: string): ReadWave[] {
  const [who = '', ...options] = text.split(';').map((part) => part.trim());
  const parts = who.split(',').map((part) => part.trim());
  const rest = waveOptions(options);
  if (parts.every(isSize)) {
    if (parts.length > 1 && options.length > 0)
      throw misused(`${quote(text)} has options for several waves: write one --wave for each`);
    return parts.map((part) => ({ request: { size: sizeOf(part), ...rest }, isRest: part === 'rest' }));
  }
  const [, sizeText = 'all', whoText = ''] = who.match(/^(?:(\S+)\s+of\s+)?(.+)$/s) ?? [];
  if (!isSize(sizeText) || sizeText === 'rest') throw notAWave(text);
  if (parts.some(isSize))
    throw misused(`${quote(text)} mixes sizes and a selector: write "SIZE of SELECTOR", for example "1 of canary"`);
  return [{ request: { size: sizeOf(sizeText), ...takes(whoText, text, folder), ...rest }, isRest: false }];
}

function isSize(text: string): boolean {
  return /^(rest|all|\d+|\d+(\.\d+)?\s?%)$/.test(text);
}

function sizeOf(text: string): WaveSize {
  if (text === 'rest' || text === 'all') return { share: 1 };
  if (/^[1-9]\d{0,8}$/.test(text)) return { count: Number(text) };
  const share = parseShare(text);
  if (share.ok && share.value > 0 && share.value <= 1) return { share: share.value };
  throw notAWave(text);
}

function takes(who: string, text: string, folder: string): Pick<WaveRequest, 'selector' | 'devices'> {
  if (who === '') throw notAWave(text);
  if (who.startsWith('@')) return { devices: readNames(resolve(folder, who.slice(1))) };
  const parsed = parseSelector(who);
  if (!parsed.ok) throw misused(`${quote(text)} is not a wave: ${parsed.problems[0]?.message}`);
  return { selector: formatSelector(parsed.value) };
}

/** One name on a line, in the order of assignment; empty lines and lines that begin with # are skipped. */
function readNames(file: string) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw misused(`read the devices of a wave from ${file}: ${(error as Error).message}`);
  }
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (names.length === 0) throw misused(`${file} names no device`);
  return names.map((name) => {
    const parsed = deviceId.safeParse(name);
    if (!parsed.success) throw misused(`${file}: ${quote(name)} is not the name of a device`);
    return parsed.data;
  });
}

function notAWave(text: string) {
  return misused(
    `${quote(text)} is not a wave: write a count, a share, rest or a selector, for example 1,10%,rest or "10% of site=berlin"`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text);
}
