import type { Command } from 'commander';
import { misused } from '../../failure.ts';
import { collect } from '../pairs.ts';

/** Options of every command that goes by the repository: the root that this machine knows lies beside its keys. */
export function withSight(command: Command): Command {
  return command
    .option('--keys <dir>', 'folder of your keys (else WHERRY_KEYS, else keys/ beside what "wherry login" stored)')
    .option('--trust <root>', 'go by this root, from a file that was kept, rather than the one that this machine knows')
    .option(
      '--accept-restored',
      'go on from older metadata than this machine knows: the control plane was restored from an older copy',
    );
}

/** Options of every command that signs. */
export function withSigners(command: Command): Command {
  return withSight(command).option(
    '--key <file>',
    'a key file beside those of the folder (repeat for more)',
    collect,
    [],
  );
}

export function withChange(command: Command): Command {
  return withSigners(command).option(
    '--out <file>',
    'write the change there for others to sign, rather than upload it',
  );
}

export function readCount(what: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 2 ** 31)
    throw misused(`${what} ${text} is not a whole number from 1`);
  return count;
}
