import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { createTokenCommand } from './create.ts';
import { listTokensCommand } from './ls.ts';
import { removeTokenCommand } from './rm.ts';
import { tokenScopesCommand } from './scopes.ts';

export function tokenCommand(shell: Shell): Command {
  return new Command('token')
    .description('operator tokens: what programs may do')
    .addCommand(createTokenCommand(shell))
    .addCommand(listTokensCommand(shell))
    .addCommand(removeTokenCommand(shell))
    .addCommand(tokenScopesCommand(shell));
}
