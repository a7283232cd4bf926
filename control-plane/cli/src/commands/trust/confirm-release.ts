import type { ReleaseView } from '@wherry/protocol';
import type { Command } from 'commander';
import { misused, refused } from '../../failure.ts';
import { globalOptions, note, type Shell } from '../../shell.ts';
import { askLine } from '../../terminal/ask-line.ts';
import { timestamp } from '../../terminal/figures.ts';
import { sheet } from '../../terminal/table.ts';
import { checkSameRelease, digestKnown, type KnownApp } from '../../trust/known-app.ts';
import { orThrow } from '../../trust/sight.ts';
import { capabilitiesText, limitsText, triggerText, variantText } from '../release/release-text.ts';

/**
 * Before a release is signed that only the control plane shows: this machine has seen it signed, a person gave its digest, or looks at it
 * and says so. Codes: equivocation, digest_mismatch, signature_missing.
 */
export async function confirmRelease(
  shell: Shell,
  command: Command,
  release: ReleaseView,
  known: KnownApp | undefined,
  given: string | undefined,
): Promise<void> {
  const { app, version, digest } = release;
  const name = `${app}@${version}`;
  orThrow(checkSameRelease(known, name, release));
  if (given !== undefined && given !== digest)
    throw refused('digest_mismatch', `the control plane shows ${digest} as ${name}, which is not what you gave`);
  if (given !== undefined || digestKnown(known, version) !== null) return;
  note(
    shell,
    command,
    `This machine has never seen ${name} signed. What the control plane shows is\n${shown(release)}`,
  );
  const question = 'Sign it? Compare the digest with that of whoever built it, then write "yes"';
  const answer = globalOptions(command).json ? undefined : await askLine(shell, question);
  if (answer === undefined)
    throw misused(
      `${name} needs a look: give the digest that you mean with --digest sha256:…, or run this at a terminal`,
    );
  if (answer !== 'yes') throw refused('signature_missing', `${name} was not signed`);
}

function shown({ digest, releaseCounter, publishedAtMs, signedBy, payload }: ReleaseView): string {
  return sheet([
    ['  digest', digest],
    ['  number', releaseCounter],
    ...payload.variants.map((variant) => ['  variant', variantText(variant)] as const),
    ...payload.triggers.map((trigger) => ['  trigger', triggerText(trigger)] as const),
    ['  may use', capabilitiesText(payload.capabilities)],
    ['  limits', limitsText(payload.limits)],
    ['  signed before, it says,', `by ${signedBy.join(', ') || 'nobody'}; published ${timestamp(publishedAtMs)}`],
  ]);
}
