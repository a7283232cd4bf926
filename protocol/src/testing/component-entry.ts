/** `@wherry/protocol/testing/component`: component binaries by hand, for tests of other packages. */
export { HostInterfaces, OFFERED_INTERFACES } from '../component/host-interfaces.ts';
export { TypeTable } from '../component/types.ts';
export { witPackages } from '../component/wit-packages.ts';
export * from './component-builder.ts';
export {
  exportRun,
  importStdout,
  importStreams,
  quietCommand,
  quietHandler,
  quietModule,
} from './component-samples.ts';
