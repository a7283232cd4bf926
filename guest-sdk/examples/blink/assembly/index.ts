import { DigitalIn, DigitalOut, Edge, I2c, log } from "@wherry/guest-sdk/assembly";

const BLINK_MS = 100;
const BLINKS_MAX = 36_000;

/** Blinks until somebody presses the button, and then says how warm it is. Waiting takes no CPU time. */
export function onStart(): void {
  const led = new DigitalOut("led");
  const button = new DigitalIn("button");
  for (let i = 0; i < BLINKS_MAX; i++) {
    if (led.toggle() < 0) throw new Error("the led cannot be written");
    const edge = button.waitFor(Edge.Rising, BLINK_MS);
    if (edge == <i32>Edge.Rising) break;
  }
  led.deactivate();
  log.info("pressed at " + temperature() + " degrees");
}

/** A TMP102 keeps twelve bits, in sixteenths of a degree, in register 0. */
function temperature(): string {
  const bytes = new I2c("sensors", 0x48).readRegister(0, 2);
  if (bytes === null) return "unknown";
  const sixteenths = <i32>(<i16>((<i32>bytes[0] << 8) | bytes[1])) >> 4;
  return (<f64>sixteenths / 16.0).toString();
}
