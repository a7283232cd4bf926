import { expect, it } from 'vitest';
import { makeConfig } from '../../config/make-config.ts';
import { readFlags } from '../../config/read-flags.ts';
import type { ApiDeps } from '../env.ts';
import { securityTxtApp } from './security-txt-app.ts';

const ask = (securityContacts?: readonly string[]) => {
  const deps = { context: { clock: { nowMs: () => 0 } }, securityContacts } as unknown as ApiDeps;
  return securityTxtApp(deps).request('/.well-known/security.txt');
};

it('says whom to tell, and until when that holds', async () => {
  const answer = await ask(['mailto:security@fleet.example', 'https://fleet.example/report']);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect((await answer.text()).split('\n')).toEqual([
    'Contact: mailto:security@fleet.example',
    'Contact: https://fleet.example/report',
    'Expires: 1970-04-01T00:00:00.000Z',
    '',
  ]);
});

it('is not there when nobody is named', async () => {
  expect((await ask()).status).toBe(404);
});

it('is told by flags, or the environment, as URIs that a person can follow', () => {
  const contacts = (args: string[], env = {}) => {
    const read = readFlags(['--data', 'x', ...args], env);
    const made = read.kind === 'flags' ? makeConfig(read.flags) : null;
    return made?.ok ? made.config.securityContacts : made?.problems.length;
  };
  expect(contacts([])).toEqual([]);
  expect(contacts(['--security-contact', 'mailto:a@b.example'])).toEqual(['mailto:a@b.example']);
  expect(contacts([], { WHERRY_SECURITY_CONTACT: 'tel:+1,https://b.example/' })).toEqual([
    'tel:+1',
    'https://b.example/',
  ]);
  for (const wrong of ['a@b.example', 'http://b.example/', 'https://b.example/\nX: y', ''])
    expect(contacts(['--security-contact', wrong])).toBe(1);
});
