/**
 * The layer rules of ARCHITECTURE.md ("Rooms"). `npm run layers` checks them; rules/layers.test.ts proves that a broken rule fails.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const PACKAGES =
  'protocol|agent|control-plane/server|control-plane/dashboard|control-plane/cli|guest-sdk|firmware-targets|scripts';
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const TESTS = '(\\.test\\.tsx?$|/test/|/testing/)';

/** Files that packages offer by `exports`: the only ways in. */
const ENTRIES = PACKAGES.split('|').flatMap((folder) => {
  const { exports = {} } = require(`./${folder}/package.json`);
  return Object.values(exports).map((path) => `^${folder}/${path.replace('./', '').replaceAll('.', '\\.')}$`);
});

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'a cycle hides which side decides'),
    rule('resolvable', { pathNot: TESTS }, { couldNotResolve: true, pathNot: 'dist/' }, 'every import must exist'),
    rule(
      'protocol-imports-zod-only',
      { path: '^protocol/src', pathNot: TESTS },
      { pathNot: ['^protocol/src', 'node_modules/zod'] },
      'the contract runs in a browser, in the agent and in the server alike',
    ),
    rule(
      'cores-are-pure',
      { path: '^(agent/src/core|control-plane/server/src/domain)/', pathNot: TESTS },
      { pathNot: ['^agent/src/core/', '^control-plane/server/src/domain/', '^protocol/src', 'node_modules/zod'] },
      'a core imports the protocol and itself; a shell calls it',
    ),
    rule(
      'agent-and-control-plane-apart',
      { path: '^agent/' },
      { path: '^(control-plane|scripts|firmware-targets)/' },
      'the device program knows the protocol only',
    ),
    rule(
      'server-knows-no-agent',
      { path: '^control-plane/(server|dashboard)/' },
      { path: '^(agent|scripts|firmware-targets|guest-sdk)/' },
      'the control plane knows the protocol only',
    ),
    rule(
      'dashboard-uses-the-api',
      { path: '^control-plane/dashboard/src' },
      { path: '^control-plane/(server|cli)/' },
      'the dashboard is a client of the API',
    ),
    rule(
      'cli-reaches-the-runner-only',
      { path: '^control-plane/cli/src', pathNot: TESTS },
      { path: '^(agent/src/(?!runtimes/wasm/run-local\\.ts)|control-plane/(server|dashboard)/|scripts/)' },
      'the command line is a client of the API, and runs modules with the runner of the agent',
    ),
    rule(
      'runner-stands-alone',
      { path: '^agent/src/runner/', pathNot: TESTS },
      {
        pathNot: [
          '^agent/src/runner/',
          '^protocol/src',
          '@assemblyscript/loader',
          '^node:',
          '^(fs|path|v8|crypto|os|process)$',
        ],
        path: `^(${PACKAGES})/|node_modules`,
      },
      'what runs beside a guest holds nothing of the agent',
    ),
    rule(
      'no-deep-imports',
      { path: `^(${PACKAGES})/`, pathNot: TESTS },
      { path: `^(?!$1/)(${PACKAGES})/`, pathNot: ENTRIES },
      'another package is entered by its name, never by a path into it',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build|examples|assembly)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node'] },
  },
};
