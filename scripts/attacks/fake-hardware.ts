/** Hardware of the attacked device: what a guest may be granted, and beside each what it was not. */
export const FAKE_HARDWARE = {
  gpio: { led: { direction: 'out' }, door: { direction: 'any' }, siren: { direction: 'out' } },
  i2c: { sensors: { 72: { 0: [0x15, 0x40] }, 80: { 0: [0xde, 0xad] } }, vault: { 72: { 0: [0xde, 0xad] } } },
  serial: { gps: { echoes: true }, modem: { echoes: true } },
} as const;

/** What programs did to a pin or serial device, as the agent tells it. */
export function actionsOn(agentLog: string, name: string): number {
  return agentLog.split(`"hardware":"gpio ${name} `).length + agentLog.split(`"hardware":"serial ${name} `).length - 2;
}
