/** The updater, for programs that are not the agent: the command line behind the public conformance suite, tests, tools. */
export { createEffects, type Effects } from '../../shell/effects.ts';
export { replaceFile } from '../../store/files.ts';
export { directorOf } from '../judge-release.ts';
export { createTufReleases } from '../tuf-releases.ts';
export { fileNameOf } from './delegations.ts';
export { fetchFile } from './fetch-file.ts';
export { checkFile } from './file-hashes.ts';
export { openGenerations } from './generations.ts';
export { createHttpSource } from './metadata-source.ts';
export { openRoot } from './root-chain.ts';
export type { TrustedTarget } from './search.ts';
export { filesOf } from './trusted-set.ts';
export { createUpdater, type Updater } from './updater.ts';
