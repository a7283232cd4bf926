import { publishDraft } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { changeCommand } from './change.ts';

export function publishDraftCommand(shell: Shell): Command {
  return changeCommand(shell, 'publish', 'begin a draft, or schedule it when it has a time', ({ client }, id) =>
    client.call(publishDraft, { params: { id } }),
  ).addHelpText('after', '\nExample:\n  $ wherry rollout publish 01j00000000000000000000000');
}
