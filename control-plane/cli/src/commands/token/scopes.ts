import { hasScope, OPERATIONS, type Operation, SCOPES } from '@wherry/protocol';
import { Command } from 'commander';
import { present, type Shell } from '../../shell.ts';
import { table } from '../../terminal/table.ts';

/** From the table by which the control plane decides. */
export function tokenScopesCommand(shell: Shell): Command {
  const command = new Command('scopes').description('list scopes, and what each lets a token do');
  return command.action(async () => {
    const operations = Object.values<Operation>(OPERATIONS);
    const items = SCOPES.map((scope) => ({
      scope,
      operations: operations
        .filter((operation) => operation.scope !== 'none' && hasScope({ scopes: [scope] }, operation.scope))
        .map(({ id, role }) => ({ id, role })),
    })).filter(({ operations: lets }) => lets.length > 0);
    present(shell, command, { items }, () =>
      table(
        ['scope', 'operations', 'least role'],
        items.flatMap(({ scope, operations: lets }) =>
          lets.map(({ id, role }, at) => [at === 0 ? scope : '', id, role]),
        ),
      ),
    );
  });
}
