import type { HardwareInventory, Outcome } from '@wherry/protocol';
import { type HardwareGrants, refuse, succeed } from '@wherry/protocol';
import { type HardwareClaim, HardwareClaims } from '../../hardware/claims.ts';
import { FakeHardware, sinceFirstUse } from '../../hardware/fake/hardware.ts';
import { hardwareScript } from '../../hardware/fake/script.ts';

/** Hardware for a module that is tried out by hand: in memory, by a script, all of it granted; what the module does is printed. */
export interface LocalHardware {
  readonly grants: HardwareGrants;
  readonly claim: HardwareClaim;
}

const ADDRESSES = Array.from({ length: 0x77 - 0x08 + 1 }, (_, index) => 0x08 + index);

/** `written`: a script as plain values (fake/script.ts); undefined for none. Code: invalid_body. */
export function openLocalHardware(written: unknown, print: (line: string) => void): Outcome<LocalHardware | null> {
  if (written === undefined) return succeed(null);
  const script = hardwareScript().safeParse(written);
  if (!script.success) {
    const [issue] = script.error.issues;
    return refuse('invalid_body', `fake hardware: ${issue?.path.join('.') || 'content'}: ${issue?.message}`);
  }
  const claims = new HardwareClaims(new FakeHardware(script.data, { elapsedMs: sinceFirstUse(), onAction: print }));
  const grants = grantsOfAll(claims.present);
  const claim = claims.claim('local', grants);
  return claim.ok ? succeed({ grants, claim: claim.value }) : claim;
}

/** A pin that may be either is an output. */
function grantsOfAll({ gpio, i2c, serial }: HardwareInventory): HardwareGrants {
  return {
    gpio: Object.fromEntries(
      Object.entries(gpio).map(([name, direction]) => [name, direction === 'in' ? 'in' : 'out']),
    ),
    i2c: Object.fromEntries(i2c.map((name) => [name, ADDRESSES])),
    serial,
  };
}
