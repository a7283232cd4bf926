import { getOverview, getSession } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../connection/connect.ts';
import { present, type Shell } from '../shell.ts';
import { sheet } from '../terminal/table.ts';

export function statusCommand(shell: Shell): Command {
  const command = new Command('status').description('the fleet in numbers, and who is logged in');
  return command.action(async () => {
    const { client, origin } = await connect(shell, command);
    const [session, overview] = [await client.call(getSession, {}), await client.call(getOverview, {})];
    present(shell, command, { server: origin, session, overview }, () =>
      sheet([
        ['server', origin],
        ['operator', `${session.operator} (${session.role}), tenant ${session.tenant}`],
        [
          'devices',
          `${overview.devices.total}, ${overview.devices.online} online, ${overview.devices.failing} failing`,
        ],
        ['releases', overview.releases],
        ['rollouts', `${overview.rollouts.running} running, ${overview.rollouts.halted} halted`],
        ['workloads', `${overview.variants.wasm} wasm, ${overview.variants.container} container`],
        ['usage samples', overview.usageSamples],
      ]),
    );
  });
}
