import type { Attack } from '../attack.ts';
import { component, say } from '../components.ts';

export const attack: Attack = {
  tries: 'breaks a rule of the component model, catches the trap with an instruction of its own, and goes on',
  escape: 'what it writes after the trap comes out',
  expect: /^502 guest_error$/,
  guest: component('goes-on', `(try (do (call $drop (i32.const 77))) (catch_all)) ${say('still here')}`),
  escaped: (_scene, outcome) => (outcome.includes('still here') ? 'it went on after a trap' : null),
};
