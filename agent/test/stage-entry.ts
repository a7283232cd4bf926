/** `@wherry/agent/testing/stage`: what surrounds a real agent process in tests and attacks: world, broker, guests, listening. */
export { readStatus } from '../src/command-line/status.ts';
export { type AgentProcess, startAgent } from './agent-process.ts';
export { installAgent, packVersion } from './agent-versions.ts';
export { makeWorld, type World } from './agent-world.ts';
export { type Ear, listenOn } from './broker-ear.ts';
export { createMosquitto, type Mosquitto } from './mosquitto.ts';
export { makeSigner } from './signing.ts';
export { digestOf } from './tiny-module.ts';
export { until, untilAsync } from './until.ts';
export { assemblyScript, c, wat } from './wasm/compile.ts';
export { makeOwner, type WorldOwner } from './world-owner.ts';
