/** Ends a call into a component: the guest broke a rule of the component model. What it had is lost with its instance. */
export class ComponentTrap extends Error {
  override readonly name = 'ComponentTrap';
}

export function trap(message: string): never {
  throw new ComponentTrap(`trap: ${message}`);
}
