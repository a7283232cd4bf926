/** Files that every new app has, whatever its template. */
const ASSEMBLYSCRIPT_VERSION = '0.28.20';

export function packageJson(app: string, sdk: string): string {
  const build = `asc assembly/index.ts --outFile build/${app}.wasm --runtime incremental --exportRuntime -O2`;
  const content = {
    name: app,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { build },
    devDependencies: { '@wherry/guest-sdk': sdk, assemblyscript: ASSEMBLYSCRIPT_VERSION },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export function readme(app: string): string {
  return `# ${app}

A small program for devices that Wherry manages. \`assembly/index.ts\` is the program, \`wherry.yaml\` says when it runs, what it may
use and how much of it.

\`\`\`sh
npm install
npm run build                                  # makes build/${app}.wasm
wherry publish                                 # checks it, signs it, uploads it
wherry rollout start ${app}@0.1.0 --watch       # one device, a tenth of them, the rest
\`\`\`

A published version never changes: raise \`version\` in \`wherry.yaml\` for the next one.
`;
}
