import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { appName } from '@wherry/protocol';
import { Command, Option } from 'commander';
import { misused, refused } from '../failure.ts';
import { present, type Shell } from '../shell.ts';
import { TEMPLATE_NAMES, type TemplateName, templateFiles } from '../templates/templates.ts';

export function initCommand(shell: Shell): Command {
  const command = new Command('init')
    .description('begin an app: an AssemblyScript module with its manifest')
    .argument('[dir]', 'folder to make; its name becomes the name of the app', '.')
    .addOption(
      new Option('--template <name>', 'hello: starts and logs; thermostat: cron and MQTT; greeter: HTTP')
        .choices(TEMPLATE_NAMES)
        .default('hello'),
    )
    .addHelpText('after', '\nExample:\n  $ wherry init thermostat --template thermostat');
  return command.action(async (dir: string, options: { template: TemplateName }) => {
    const folder = resolve(shell.folder, dir);
    const app = appName.safeParse(basename(folder));
    if (!app.success)
      throw misused(`${JSON.stringify(basename(folder))} cannot be the name of an app: use a-z, 0-9, "-" and "_"`);
    const existing = await readdir(folder).catch(() => []);
    if (existing.some((name) => name !== '.git'))
      throw refused('already_exists', `${folder} is not empty: choose another folder`);
    const files = templateFiles(options.template, app.data);
    await writeFiles(folder, files).catch((error: NodeJS.ErrnoException) => {
      throw refused('unavailable', `write ${folder}: ${error.message}`);
    });
    present(shell, command, { folder, app: app.data, files: Object.keys(files) }, () =>
      [
        `Made ${app.data} in ${folder}:`,
        ...Object.keys(files).map((path) => `  ${path}`),
        '',
        `Next: ${folder === shell.folder ? '' : `cd ${dir}, `}npm install, npm run build, then wherry publish`,
      ].join('\n'),
    );
  });
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
  }
}
