import type { AuthorityStatus } from '@wherry/protocol';
import { counted } from '../words/units.ts';
import { type AuthorityEnd, endOf } from './authority-end.ts';

/** What an admin does next, at the command line: nothing of it is done by the page. */
export interface NextStep {
  readonly sentences: readonly string[];
  readonly command: string;
  /** What may be done instead. */
  readonly instead: string | null;
}

export function nextStepOf(status: AuthorityStatus, nowMs: number): NextStep {
  const { phase, devices, notAfterMs } = status;
  if (phase === 'settled') return { ...BEGIN[endOf(notAfterMs, nowMs)], instead: null };
  const { command, sentence } = devices.waiting > 0 ? wait(status) : STEPS[phase];
  return {
    sentences: [sentence, ...ofSilent(status), ...ofBroker(status)],
    command,
    instead: phase === 'begun' ? 'wherry ca abort' : null,
  };
}

const BEGIN: Readonly<Record<AuthorityEnd, Omit<NextStep, 'instead'>>> = {
  far: {
    sentences: [
      'Nothing has to be done now. In time before its end, or when its key may have been read, this makes a second authority beside it, to which devices move by themselves:',
    ],
    command: 'wherry ca begin',
  },
  near: {
    sentences: ['Make a second authority beside it: devices move to that one by themselves while both are good.'],
    command: 'wherry ca begin',
  },
  over: {
    sentences: [
      'No device believes it any more: replace it, and claim every device anew (wherry device reclaim NAME).',
    ],
    command: 'wherry ca replace --yes',
  },
};

interface Step {
  readonly sentence: string;
  readonly command: string;
}

type UnderWay = Exclude<AuthorityStatus['phase'], 'settled'>;
const FINISH = 'Nobody is waited for: end the roll-over, and the key of the authority that goes is deleted.';

const STEPS: Readonly<Record<UnderWay, Step>> = {
  begun: {
    sentence: 'Nobody is waited for: let the control plane show the new authority.',
    command: 'wherry ca switch',
  },
  switched: { sentence: FINISH, command: 'wherry ca finish' },
  aborted: { sentence: FINISH, command: 'wherry ca finish' },
};

function wait({ devices: { waiting }, heardWithinDays }: AuthorityStatus): Step {
  const who = `${counted(waiting, 'device')} heard within ${counted(heardWithinDays, 'day')} ${waiting === 1 ? 'has' : 'have'} not moved`;
  return {
    sentence: `${who}: ${waiting === 1 ? 'it does so by itself' : 'each does so by itself'}, within an hour or two of being online.`,
    command: 'wherry ca status',
  };
}

/** Devices that nobody waits for, and what becomes of them. */
function ofSilent({ phase, devices: { silent } }: AuthorityStatus): readonly string[] {
  if (silent === 0) return [];
  const who = `${counted(silent, 'device')} silent for longer`;
  return [
    phase === 'begun'
      ? `${who} can move until the end of the roll-over, after the switch too: take your time before you end it.`
      : `${who} not moved: what has not come back when the roll-over ends is claimed anew (wherry device reclaim NAME).`,
  ];
}

const BROKER: Readonly<Partial<Record<AuthorityStatus['phase'], string>>> = {
  begun: 'After the switch',
  switched: 'Before the end',
};

/** The control plane renews its own certificate by itself, and not the one of a broker beside it. */
function ofBroker({ phase, isBrokerExternal }: AuthorityStatus): readonly string[] {
  const when = BROKER[phase];
  if (!isBrokerExternal || when === undefined) return [];
  return [
    `${when} the MQTT broker needs a certificate of the new authority: run wherry-server broker-config again, send mosquitto SIGHUP, and restart the control plane.`,
  ];
}
