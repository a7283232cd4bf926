import { type AuditEntry, canonicalJson, firstItems, listAudit } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';
import { exportAuditCommand } from './export.ts';
import { verifyAuditCommand } from './verify.ts';

const DETAIL_MAX_CHARACTERS = 80;

export function auditCommand(shell: Shell): Command {
  const command = new Command('audit')
    .description('what operators changed, newest first')
    .option(...LIMIT_OPTION, parseLimit, 50)
    .addCommand(verifyAuditCommand(shell))
    .addCommand(exportAuditCommand(shell));
  return command.action(async (options: { limit: number }) => {
    const { client } = await connect(shell, command);
    const { items } = await firstItems(options.limit, (query) => client.call(listAudit, { query }));
    present(shell, command, { items }, () => auditText(items));
  });
}

function auditText(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'Nothing has been changed yet.';
  return table(
    ['nr', 'when', 'operator', 'action', 'subject', 'detail'],
    entries.map((entry) => [
      entry.id,
      timestamp(entry.atMs),
      entry.operator,
      entry.action,
      entry.subject,
      Object.keys(entry.detail).length === 0 ? null : canonicalJson(entry.detail).slice(0, DETAIL_MAX_CHARACTERS),
    ]),
  );
}
