import { type AuthorityStatus, type AuthorityStep, getAuthority } from '@wherry/protocol';
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

export function authorityText(status: AuthorityStatus, step?: AuthorityStep): string {
  const { phase, sinceMs, current, stays, leaves, devices, ...more } = status;
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
    ['MQTT broker', more.isBrokerExternal ? (BROKER_NEEDS[step === 'replace' ? step : phase] ?? null) : null],
  ]);
}

const WRITE_AGAIN = 'run "wherry-server broker-config" again, send mosquitto SIGHUP, and restart the control plane';
/** The control plane renews its own certificate by itself, and not the one of a broker beside it. */
const BROKER_NEEDS: Readonly<Partial<Record<AuthorityStatus['phase'] | 'replace', string>>> = {
  begun: `will need a certificate of the new authority, after "wherry ca switch": then ${WRITE_AGAIN}`,
  switched: `needs a certificate of the new authority, before "wherry ca finish": ${WRITE_AGAIN}`,
  replace: `needs a certificate of the new authority now: ${WRITE_AGAIN}`,
};

const PHASES: Readonly<Record<AuthorityStatus['phase'], string>> = {
  settled: 'none',
  begun: 'begun: "wherry ca switch" when nobody is waited for, or "wherry ca abort"',
  switched: 'switched: "wherry ca finish" when nobody is waited for',
  aborted: 'aborted: "wherry ca finish" when nobody is waited for',
};
