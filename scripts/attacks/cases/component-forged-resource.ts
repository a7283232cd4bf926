import type { Attack } from '../attack.ts';
import { component } from '../components.ts';

export const attack: Attack = {
  tries: 'asks for the built-in that makes a handle of a resource, for a resource of the host',
  escape: 'the device takes it and runs it',
  expect: /^rejected module_malformed$/,
  guest: component('forged-resource', '', '', ({ builder, outputStream }) => ({
    forge: builder.resource('new', outputStream),
  })),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
