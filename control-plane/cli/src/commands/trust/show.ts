import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { auditTrust, type TrustAudit } from '../../trust/audit.ts';
import { readBegun, readRepository, refusalsOf } from '../../trust/repository.ts';
import { withSight } from './change-options.ts';

export function rootCommand(shell: Shell): Command {
  const command = withSight(
    new Command('root').description('print the newest root, for devices that are set up: > root.json'),
  );
  return command.action(async () => {
    const { root } = await readBegun(shell, command, await connect(shell, command));
    shell.terminal.out.write(`${JSON.stringify(root)}\n`);
  });
}

export function auditTrustCommand(shell: Shell): Command {
  const command = withSight(
    new Command('audit').description(
      'who can sign what, until when, what a thief of each key could do, and whether what is served is what was signed',
    ),
  );
  return command.action(async () => {
    const connection = await connect(shell, command);
    const repository = await readRepository(shell, command, connection);
    const refusals = await refusalsOf(connection, repository);
    const { warnings, ...audit } = auditTrust(repository.state, shell.nowMs());
    const isKnown = repository.sight.known !== null;
    const audited = { ...audit, isKnown, refusals, warnings: [...refusals.map(({ message }) => message), ...warnings] };
    present(shell, command, audited, () => auditText(audited));
  });
}

function auditText({ isBegun, roles, floors, warnings }: TrustAudit): string {
  if (!isBegun) return warnings.join('\n');
  const rows = roles.map((role) => [
    role.role,
    `${role.threshold} of ${role.keys.length}: ${role.keys.map((id) => id.slice(0, 12)).join(', ')}`,
    role.expiresAtMs === null ? null : timestamp(role.expiresAtMs),
  ]);
  const floorLines = Object.entries(floors).map(([app, floor]) => `  ${app}: nothing below number ${floor}`);
  return [
    table(['role', 'keys', 'expires'], rows),
    '',
    ...roles.flatMap(({ role, does, thief }) => [`${role} ${does}.`, `  A thief of it could ${thief}.`]),
    ...(floorLines.length > 0 ? ['', 'Floors:', ...floorLines] : []),
    '',
    ...(warnings.length > 0 ? warnings.map((text) => `warning: ${text}`) : ['Nothing to warn of.']),
  ].join('\n');
}
