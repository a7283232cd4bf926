import { type Gate, parseShare, type WaveRequest } from '@wherry/protocol';
import { misused } from '../failure.ts';

/** What follows a wave after a semicolon: `approval`, and limits of its own gate. */
export function waveOptions(options: readonly string[]): Pick<WaveRequest, 'approval' | 'gate'> {
  const gate: { -readonly [K in keyof Gate]?: Gate[K] } = {};
  let approval = false;
  for (const option of options) {
    const [name = '', value = ''] = option.split('=').map((part) => part.trim());
    if (option === 'approval') approval = true;
    else if (name === 'max-failures') gate.maxFailures = countOf(name, value);
    else if (name === 'min-sample') gate.minSample = countOf(name, value);
    else if (name === 'max-failure-rate') gate.maxFailureRate = shareOf(name, value);
    else if (name === 'min-success') gate.minSuccess = shareOf(name, value);
    else
      throw misused(
        `${JSON.stringify(option)} is no option of a wave: there are approval, max-failures=N, max-failure-rate=N%, min-success=N% and min-sample=N`,
      );
  }
  return { ...(approval ? { approval } : {}), ...(Object.keys(gate).length > 0 ? { gate } : {}) };
}

/** Which waves need an approval, from `--approval`: numbers from 1, or `each` for all but the first. */
export function withApprovals(waves: readonly WaveRequest[], text: string): WaveRequest[] {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = text === 'each' ? waves.map((_, index) => index + 1).slice(1) : parts.map(Number);
  for (const [index, number] of numbers.entries())
    if (!Number.isInteger(number) || number < 1 || number > waves.length)
      throw misused(
        `--approval ${parts[index]}: write the numbers of waves from 1 to ${waves.length}, like 2,3, or each for all but the first`,
      );
  return waves.map((wave, index) => (numbers.includes(index + 1) ? { ...wave, approval: true } : wave));
}

function countOf(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw misused(`${name}=${value}: write a whole number`);
  return Number(value);
}

function shareOf(name: string, value: string): number {
  const share = parseShare(value);
  if (!share.ok) throw misused(`${name}: ${share.problems[0]?.message}`);
  return share.value;
}
