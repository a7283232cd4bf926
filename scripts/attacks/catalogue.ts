import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack } from './attack.ts';

/** Every file in cases/ is an attack, by the name of the file. */
const FOLDER = join(import.meta.dirname, 'cases');

export function attackNames(): readonly string[] {
  return readdirSync(FOLDER)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

export async function loadAttack(name: string): Promise<Attack> {
  if (!attackNames().includes(name)) throw new Error(`there is no attack ${name}: see scripts/attacks/cases`);
  const { attack } = (await import(join(FOLDER, `${name}.ts`))) as { attack?: Attack };
  if (attack === undefined) throw new Error(`cases/${name}.ts exports no attack`);
  return attack;
}
