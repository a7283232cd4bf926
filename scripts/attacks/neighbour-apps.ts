/** An honest program in the very process of the attacker's: both are trusted to share by the device, the attacker wrongly. */
export const NEIGHBOUR = 'neighbour';
export const SHARED_APPS: readonly string[] = [NEIGHBOUR, 'shared-descriptors', 'shared-loop', 'shared-stack'];
