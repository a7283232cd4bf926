import { getSession } from '@wherry/protocol';
import { Command } from 'commander';
import { believe, fetchAuthority, readAuthority } from '../connection/authority.ts';
import { openConnection } from '../connection/connect.ts';
import { writeSettings } from '../connection/settings.ts';
import { misused } from '../failure.ts';
import { globalOptions, present, type Shell } from '../shell.ts';
import { signInAsUser, signInWithBrowser } from '../sign-in/sign-in.ts';

interface AuthorityOptions {
  readonly caFingerprint?: string;
  readonly ca?: string;
}

interface LoginOptions extends AuthorityOptions {
  readonly user?: string;
  readonly oidc?: boolean;
  readonly tenant?: string;
}

export function loginCommand(shell: Shell): Command {
  const command = new Command('login').description('sign in to a control plane and remember it').addHelpText(
    'after',
    `
People sign in as --user, or in a browser with --oidc; programs have a --token (wherry token create). Server and token may also
come from WHERRY_SERVER and WHERRY_TOKEN, the file of --ca from WHERRY_CA, and the password from WHERRY_PASSWORD.

Examples:
  $ wherry login --server https://wherry.example:8443 --user ada
  $ wherry login --server https://wherry.example:8443 --oidc
  $ wherry login --server https://wherry.example:8443 --ca-fingerprint 3f9a… --token wop1.…`,
  );
  command
    .option('--ca-fingerprint <sha256>', "of a control plane that is its own authority: the server's ready line has it")
    .option('--ca <file>', 'the same by its certificate, as PEM');
  command
    .option('--user <name>', 'sign in with the password of this user')
    .option('--oidc', 'sign in through the provider of the control plane, in a browser')
    .option('--tenant <name>', 'whose user; else the usual one');
  return command.action(async (options: LoginOptions) => {
    const { server = shell.env.WHERRY_SERVER, token: given = shell.env.WHERRY_TOKEN } = globalOptions(command);
    const isPerson = options.user !== undefined || options.oidc === true;
    if (!server || !(given || isPerson))
      throw misused('say where and who: wherry login --server URL and --user NAME, --oidc or --token TOKEN');
    if (options.user !== undefined && options.oidc) throw misused('sign in as --user or with --oidc, not both');
    const ca = await authorityOf(server, options, shell.env.WHERRY_CA);
    if (ca !== undefined) believe(ca);
    const token = isPerson ? await signIn(shell, command, server, options) : (given ?? '');
    const connection = openConnection(server, token);
    const session = await connection.client.call(getSession, {});
    const file = await writeSettings(shell.env, {
      server: connection.origin,
      token,
      ...(ca === undefined ? {} : { ca }),
    });
    present(
      shell,
      command,
      { ...session, server: connection.origin, file },
      () => `Logged in to ${connection.origin} as ${session.operator} (${session.role}); stored in ${file}.`,
    );
  });
}

async function signIn(shell: Shell, command: Command, server: string, options: LoginOptions): Promise<string> {
  const anonymous = openConnection(server, '');
  if (options.user !== undefined) return await signInAsUser(shell, anonymous, options.user, options.tenant);
  return await signInWithBrowser(anonymous, options.tenant, (url) => {
    if (globalOptions(command).json) shell.terminal.err.write(`${JSON.stringify({ open: url })}\n`);
    else shell.terminal.err.write(`Open this in a browser of this machine:\n\n  ${url}\n\n`);
  });
}

async function authorityOf(server: string, options: AuthorityOptions, file?: string): Promise<string | undefined> {
  if (options.caFingerprint !== undefined) return await fetchAuthority(server, options.caFingerprint);
  const path = options.ca ?? file;
  return path === undefined ? undefined : await readAuthority(path);
}
