/**
 * What a component may contain beyond the bounds of each core module in it (admission/bounds.ts). A component is instructions for
 * putting modules together, and instructions can multiply: instances of components are counted where they are made, not where they
 * are written.
 */
export const COMPONENT_BOUNDS = {
  sections: 20_000,
  /** Components inside components, and types inside types. */
  depth: 8,
  /** Entries of one vector: arguments, exports, fields, cases, parameters. */
  listed: 1_000,
  definitions: 50_000,
  /** Definitions that are carried out when every nested component is instantiated as often as it is asked for. */
  evaluations: 100_000,
  types: 10_000,
  coreModules: 64,
  coreInstances: 200,
  componentInstances: 64,
  memories: 8,
  /** Core values in which one value travels; more always goes through memory. */
  flatValues: 1_000,
  /** Size of one value in memory; a bound of the Canonical ABI itself. */
  valueBytes: 2 ** 28 - 1,
  flags: 32,
} as const;
