import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { DEVICE_CALLS } from './stage-device-calls.ts';

/**
 * The agent as two files: main.mjs, and runner.mjs that stands alone, because it is all that a runner process may read. The
 * SQLite binding and koffi stay packages beside them, as they load binaries of the machine.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES = { main: 'agent/src/main.ts', runner: 'agent/src/runner/main.ts' } as const;
export const NATIVE_PACKAGE = 'better-sqlite3';

/**
 * Parts of the engine client for remote engines and image building (a device's engine is behind a local socket), and of the MQTT client
 * for browsers, WebSockets and proxies (brokers are `mqtt` or `mqtts`).
 */
const LEFT_OUT = /^(ssh2|cpu-features|@grpc\/.*|protobufjs|ws|socks|worker-timers)$/;
const LEFT_OUT_MARK = '\0left-out:';

/**
 * An `import` of node:http reads all that it exports, also the WebSocket of its other HTTP client, which is then loaded: 10 MB and a Wasm
 * module that the agent has no use for. Asked for this way, only what is named is read.
 */
const HTTP_MARK = '\0http';
const HTTP_NAMES = ['Agent', 'IncomingMessage', 'ServerResponse', 'createServer', 'request'];
const HTTP_MODULE = `const http = process.getBuiltinModule('node:http');
export default http;
export const { ${HTTP_NAMES.join(', ')} } = http;`;

/** UTF-16 units, so that a pair becomes two escapes: valid in strings, templates, expressions and names alike. */
const BEYOND_ASCII = /[^\p{ASCII}]/gu;
const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Answers with the files that went into the bundle, by the bundler's module ids. */
export async function bundleAgent(outDir: string): Promise<string[]> {
  const modules: string[] = [];
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const bundle = await rolldown({
      cwd: ROOT,
      input: { [name]: entry },
      platform: 'node',
      external: [NATIVE_PACKAGE, DEVICE_CALLS],
      logLevel: 'warn',
      plugins: [
        {
          name: 'left-out',
          resolveId: (id) => (LEFT_OUT.test(id) ? LEFT_OUT_MARK + id : null),
          load: (id) => (id.startsWith(LEFT_OUT_MARK) ? 'export default {};' : null),
        },
        {
          name: 'http',
          resolveId: (id, _importer, { kind }) =>
            /^(node:)?http$/.test(id) && kind === 'import-statement' ? HTTP_MARK : null,
          load: (id) => (id === HTTP_MARK ? HTTP_MODULE : null),
        },
        // One character beyond Latin-1 makes V8 keep the whole source with two bytes for each.
        {
          name: 'ascii',
          generateBundle(_options, bundle) {
            for (const part of Object.values(bundle))
              if (part.type === 'chunk') part.code = part.code.replace(BEYOND_ASCII, escapeUnit);
          },
        },
      ],
    });
    const written = await bundle.write({
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].mjs',
      codeSplitting: false,
      // V8 keeps the source for as long as the agent lives. Names stay, so that a stack trace can be read.
      minify: { compress: false, mangle: false, codegen: true },
    });
    for (const part of written.output) if (part.type === 'chunk') modules.push(...part.moduleIds);
    await bundle.close();
  }
  return modules;
}
