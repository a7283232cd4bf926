import type { Command as DeviceOrder } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { refused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { plain } from '../../terminal/plain.ts';
import { parseApp } from '../release-argument.ts';
import { ORDER_TTL_MS, orderAndWait } from './send-command.ts';

export function restartCommand(shell: Shell): Command {
  return orderCommand(shell, 'restart', 'restart', 'restart an app on a device');
}

/** A command that sends one order about one app, and tells how the device answered. */
export function orderCommand(shell: Shell, name: string, kind: 'restart' | 'run', description: string): Command {
  const command = new Command(name).description(description).argument('<device>').argument('<app>');
  return command.action(async (device: string, app: string) => {
    const connection = await connect(shell, command);
    const order: DeviceOrder = { kind, app: parseApp(app), expiresAtMs: shell.nowMs() + ORDER_TTL_MS };
    const { result } = await orderAndWait(connection, device, order);
    if (!result.ok) throw refused('not_allowed_in_state', `${device} did not ${name} ${app}: ${result.message}`);
    present(shell, command, result, () => plain(result.message));
  });
}
