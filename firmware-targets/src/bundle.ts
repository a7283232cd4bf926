import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { DEVICE_CALLS } from './stage-device-calls.ts';

/**
 * The agent as main.mjs with the files that it reads late, and runner.mjs that stands alone, because it is all that a runner process may
 * read. The SQLite binding and koffi stay packages beside them, as they load binaries of the machine.
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
 * An `import` of a built-in module reads all that it exports, also what it would load late: of node:http the WebSocket of its other HTTP
 * client, which is 10 MB and a Wasm module. Asked for this way, only what is named is read.
 */
const IMPORT = /^import(?:\s*([\w$]+)\s*,?)?(?:\s*\{([^}]*)\})?\s*(?:from\s*)?"([^"]+)";\s*/;

function askForBuiltIns(code: string): string {
  let head = '';
  let rest = code;
  for (let found = IMPORT.exec(rest); found !== null; found = IMPORT.exec(rest)) {
    const [statement, whole, names, from = ''] = found;
    const parts = [whole, names && `{${names.replaceAll(' as ', ':')}}`].filter((part) => part !== undefined);
    const isBuiltIn = from.startsWith('node:');
    head += isBuiltIn ? parts.map((part) => `const ${part}=process.getBuiltinModule("${from}");`).join('') : statement;
    rest = rest.slice(statement.length);
  }
  return head + rest;
}

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
      // npm's copy of Node's streams, for runtimes that have none: three versions of it, a quarter of the bundle.
      resolve: { alias: { 'readable-stream': 'node:stream' } },
      plugins: [
        {
          name: 'left-out',
          resolveId: (id) => (LEFT_OUT.test(id) ? LEFT_OUT_MARK + id : null),
          load: (id) => (id.startsWith(LEFT_OUT_MARK) ? 'export default {};' : null),
        },
        // One character beyond Latin-1 makes V8 keep the whole source with two bytes for each.
        {
          name: 'ascii',
          generateBundle(_options, bundle) {
            for (const part of Object.values(bundle))
              if (part.type === 'chunk') part.code = askForBuiltIns(part.code).replace(BEYOND_ASCII, escapeUnit);
          },
        },
      ],
    });
    const written = await bundle.write({
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
      // What is asked for late lies in files of its own, and is not even read before.
      codeSplitting: name === 'main',
      // V8 keeps the source for as long as the agent lives. Names stay, so that a stack trace can be read.
      minify: { compress: false, mangle: { toplevel: false, keepNames: true }, codegen: true },
    });
    for (const part of written.output) if (part.type === 'chunk') modules.push(...part.moduleIds);
    await bundle.close();
  }
  return modules;
}
