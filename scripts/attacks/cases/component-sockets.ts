import type { Attack } from '../attack.ts';
import { component } from '../components.ts';

export const attack: Attack = {
  tries: 'imports sockets of WASI 0.2, which nobody offers, beside what everybody offers',
  escape: 'the device takes it and runs it',
  expect: /^rejected import_refused$/,
  guest: component('sockets', '', '', ({ builder }) => {
    builder.importInstance('wasi:sockets/instance-network@0.2.0', (type) => {
      type.resource('network');
    });
    return {};
  }),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
