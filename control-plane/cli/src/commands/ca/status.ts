import { type AuthorityStatus, getAuthority } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { keepAuthority } from '../../connection/keep-authority.ts';
import { present, type Shell } from '../../shell.ts';
import { plural, timestamp } from '../../terminal/figures.ts';
import { sheet } from '../../terminal/table.ts';
import { daysOption } from './days-option.ts';

export function authorityStatusCommand(shell: Shell): Command {
  const command = new Command('status')
    .description(
      'which authority there is, and how far its roll-over is; this machine believes the next one from here on',
    )
    .addOption(daysOption());
  return command.action(async ({ heardWithinDays }: { heardWithinDays?: number }) => {
    const connection = await connect(shell, command);
    const query = heardWithinDays === undefined ? {} : { heardWithinDays };
    const status = await connection.client.call(getAuthority, { query });
    await keepAuthority(shell, connection.origin, status.pem);
    present(shell, command, status, () => authorityText(status));
  });
}

export function authorityText({ phase, sinceMs, current, stays, leaves, devices, ...more }: AuthorityStatus): string {
  const waiting = `${devices.waiting} heard within ${plural(more.heardWithinDays, 'day')}, ${devices.silent} silent for longer`;
  const isUnderWay = leaves !== null;
  return sheet([
    ['authority', current],
    ['roll-over', PHASES[phase]],
    ['since', sinceMs === null ? null : timestamp(sinceMs)],
    ['to', isUnderWay && stays !== current ? stays : null],
    ['away from', isUnderWay && leaves !== current ? leaves : null],
    ['devices moved', isUnderWay ? devices.moved : null],
    ['waited for', isUnderWay ? waiting : null],
  ]);
}

const PHASES: Readonly<Record<AuthorityStatus['phase'], string>> = {
  settled: 'none',
  begun: 'begun: "wherry ca switch" when nobody is waited for, or "wherry ca abort"',
  switched: 'switched: "wherry ca finish" when nobody is waited for',
  aborted: 'aborted: "wherry ca finish" when nobody is waited for',
};
