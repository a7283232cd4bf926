/**
 * A hostile name server, seen from inside the agent: `rebind.test` has a harmless address the first time it is asked for and the
 * device's own afterwards; `mixed.test` has both at once. Loaded before the agent's own code, with --import.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const HARMLESS = { address: '2001:db8::1', family: 6 };
const OWN = { address: '127.0.0.1', family: 4 };
const real = dns.lookup;
let asked = 0;

function addressesOf(name) {
  if (name === 'mixed.test') return [HARMLESS, OWN];
  if (name !== 'rebind.test') return null;
  asked += 1;
  return [asked === 1 ? HARMLESS : OWN];
}

dns.lookup = (name, options, callback) => {
  const given = typeof options === 'function' ? { options: {}, callback: options } : { options, callback };
  const addresses = addressesOf(name);
  if (addresses === null) return real(name, given.options, given.callback);
  process.nextTick(() =>
    given.options.all
      ? given.callback(null, addresses)
      : given.callback(null, addresses[0].address, addresses[0].family),
  );
};
syncBuiltinESMExports();
