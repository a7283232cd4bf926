import { resolve } from 'node:path';
import { type AuditPoint, type AuditVerification, verifyAudit } from '@wherry/protocol';
import { Command } from 'commander';
import { verifyFile } from '../../audit/verify-file.ts';
import { connect } from '../../connection/connect.ts';
import { CliFailure, EXIT, misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { plural, timestamp } from '../../terminal/figures.ts';
import { plain } from '../../terminal/plain.ts';
import { sheet } from '../../terminal/table.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly earlier?: string;
}

export function verifyAuditCommand(shell: Shell): Command {
  const command = new Command('verify')
    .description('follow the audit log and name what was changed, removed or put in')
    .argument('[file]', 'an export, checked here; without one the control plane checks what it holds')
    .option('--key <id>', 'the key that must have signed the file')
    .option('--earlier <file>', 'an older export, with whose end this one must agree')
    .addHelpText('after', '\nExit codes: 0 the log is whole, 1 it is not, with what was found.');
  return command.action(async (file: string | undefined, options: VerifyOptions) => {
    if (file === undefined && (options.key !== undefined || options.earlier !== undefined))
      throw misused('--key and --earlier are about a file: name the export to check');
    const look = file === undefined ? await ask(shell, command) : await check(shell, file, options);
    present(shell, command, look, () => lookText(look));
    if (!look.isIntact)
      throw new CliFailure(
        EXIT.refused,
        look.findings.map(({ sentence }) => ({ code: 'audit_broken', message: plain(sentence) })),
      );
  });
}

async function ask(shell: Shell, command: Command): Promise<AuditVerification> {
  const { client } = await connect(shell, command);
  return await client.call(verifyAudit, {});
}

async function check(shell: Shell, file: string, { key, earlier }: VerifyOptions): Promise<AuditVerification> {
  const nowMs = shell.nowMs();
  const before = earlier === undefined ? undefined : await endOf(resolve(shell.folder, earlier), key, nowMs);
  const path = resolve(shell.folder, file);
  return await verifyFile(path, { key: key ?? before?.key, nowMs, earlier: before });
}

/** Where an older export ends; it must be whole itself. */
async function endOf(path: string, key: string | undefined, nowMs: number) {
  const look = await verifyFile(path, { key, nowMs });
  if (!look.isIntact || !look.head)
    throw new CliFailure(EXIT.refused, [{ code: 'audit_broken', message: `${path} is not whole itself` }]);
  const point: AuditPoint = { tenant: look.tenant, ...look.head };
  return { path, point, key: look.signer.keyId };
}

function lookText(look: AuditVerification): string {
  const { head, firstId } = look;
  return sheet([
    ['tenant', look.tenant],
    ['log', look.isIntact ? 'whole' : `NOT whole: ${plural(look.findingCount, 'finding')}`],
    ['entries', `${look.entries}${firstId !== null && firstId > 1 ? `, those before ${firstId} were given up` : ''}`],
    ['ends with', head && `entry ${head.id}, ${timestamp(head.atMs)}`],
    ['hash', head?.hash],
    ['signed by', look.signer.keyId],
  ]);
}
