import { type ClaimToken, createClaimToken, firstItems, listClaimTokens, removeClaimToken } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age, labelsText, timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { collect, parsePairs } from '../pairs.ts';
import { ttlOption } from './ttl-option.ts';

interface Options {
  readonly device?: string;
  readonly label: readonly string[];
  readonly ttl: number;
  readonly list?: boolean;
  readonly remove?: string;
}

export function claimTokenCommand(shell: Shell): Command {
  const command = new Command('claim-token')
    .description('make a single-use token with which a new device joins')
    .option('--device <name>', 'the name that the device will have; else it chooses or gets one')
    .option('--label <key=value>', 'a label that the device will have (repeat for more)', collect, [])
    .addOption(ttlOption())
    .option('--list', 'list the tokens there are, without their secrets')
    .option('--remove <id>', 'take back a token that was not used')
    .addHelpText(
      'after',
      `
Example:
  $ wherry device claim-token --device hall-1 --label site=berlin --ttl 2h
  then, on the device:
  $ wherry-agent claim --server https://wherry.example:8443 --token wct1.… --trust root.json --data /var/lib/wherry`,
    );
  return command.action(async (options: Options) => {
    const { client, origin } = await connect(shell, command);
    if (options.list) {
      const { items } = await firstItems(500, (query) => client.call(listClaimTokens, { query }));
      return present(shell, command, { items }, () => tokensText(items, shell.nowMs()));
    }
    if (options.remove !== undefined) {
      await client.call(removeClaimToken, { params: { id: options.remove } });
      return present(
        shell,
        command,
        { removed: options.remove },
        () => `Claim token ${options.remove} cannot be used any more.`,
      );
    }
    const created = await client.call(createClaimToken, {
      body: {
        ...(options.device === undefined ? {} : { device: options.device }),
        labels: parsePairs(options.label, 'label'),
        ttlMs: options.ttl,
      },
    });
    present(shell, command, created, () =>
      [
        created.token,
        '',
        `Shown this once; for one device, until ${timestamp(created.expiresAtMs)}. On the device:`,
        `  wherry-agent claim --server ${origin} --token ${created.token} --trust root.json --data DIR`,
      ].join('\n'),
    );
  });
}

function tokensText(tokens: readonly ClaimToken[], nowMs: number): string {
  if (tokens.length === 0) return 'There is no claim token. Make one with "wherry device claim-token".';
  return table(
    ['id', 'device', 'labels', 'made', 'state'],
    tokens.map((token) => [
      token.id,
      token.device,
      labelsText(token.labels),
      age(token.createdAtMs, nowMs),
      token.usedBy
        ? `used by ${token.usedBy}`
        : token.expiresAtMs < nowMs
          ? 'expired'
          : `until ${timestamp(token.expiresAtMs)}`,
    ]),
  );
}
