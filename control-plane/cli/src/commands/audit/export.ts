import { exportAudit } from '@wherry/protocol';
import { Command } from 'commander';
import { beginLine, endLine, entryLine } from '../../audit/export-file.ts';
import { connect } from '../../connection/connect.ts';
import type { Shell } from '../../shell.ts';

export function exportAuditCommand(shell: Shell): Command {
  const command = new Command('export')
    .description('write the audit log to standard output, oldest first, as lines of JSON')
    .addHelpText(
      'after',
      `
Keep exports where the control plane cannot reach: whoever owns it can end its log earlier, but not change an export.

Example:
  $ wherry audit export > audit-2026-11.jsonl
  $ wherry audit verify audit-2026-11.jsonl`,
    );
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const { out } = shell.terminal;
    for (let after = 0, isFirst = true; ; isFirst = false) {
      const page = await client.call(exportAudit, { query: { after } });
      if (isFirst) out.write(beginLine(page));
      for (const entry of page.items) out.write(entryLine(entry));
      const last = page.items.at(-1);
      if (page.hasMore && last) after = last.id;
      else {
        out.write(endLine(page));
        return;
      }
    }
  });
}
