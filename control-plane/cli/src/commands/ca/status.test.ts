import type { AuthorityStatus } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { authorityText } from './status.ts';

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const STATUS: AuthorityStatus = {
  phase: 'settled',
  sinceMs: 1,
  current: OLD,
  notBeforeMs: 1,
  notAfterMs: 2,
  stays: OLD,
  leaves: null,
  devices: { moved: 0, waiting: 0, silent: 0 },
  heardWithinDays: 30,
  isBrokerExternal: true,
  pem: '',
};
const begun: AuthorityStatus = { ...STATUS, phase: 'begun', stays: NEW, leaves: OLD };
const switched: AuthorityStatus = { ...STATUS, phase: 'switched', current: NEW, stays: NEW, leaves: OLD };
const ADVICE = 'broker-config';

it('says what a broker of its own needs while another authority comes', () => {
  for (const status of [begun, switched]) {
    expect(authorityText(status)).toContain(ADVICE);
    expect(authorityText({ ...status, isBrokerExternal: false })).not.toContain(ADVICE);
  }
  expect(authorityText(STATUS, 'replace')).toContain(ADVICE);
});

it('says nothing of the broker where no authority comes', () => {
  expect(authorityText(STATUS)).not.toContain(ADVICE);
  expect(authorityText(STATUS, 'finish')).not.toContain(ADVICE);
  expect(authorityText({ ...begun, phase: 'aborted', stays: OLD, leaves: NEW })).not.toContain(ADVICE);
});
