import { WherryError } from '@wherry/protocol';
import { pino } from 'pino';
import { BROKER_CONFIG_HELP, readBrokerConfig, writeBrokerConfig } from './broker/mosquitto/command.ts';
import { SERVER_LIMITS } from './config/limits.ts';
import { makeConfig } from './config/make-config.ts';
import { HELP, readFlags } from './config/read-flags.ts';
import { startServer } from './server.ts';

/**
 * The process: flags and environment in, one ready line out, an orderly end on a signal. Anything unforeseen ends it with code 1:
 * the service manager starts it again, and starting is recovering.
 */
const WRONG_USE = 2;

async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  if (args[0] === 'broker-config') return await configureBroker(args.slice(1));
  const read = readFlags(args, env);
  if (read.kind === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const made = read.kind === 'flags' ? makeConfig(read.flags) : { ok: false as const, problems: [read.sentence] };
  if (!made.ok) {
    for (const problem of made.problems) process.stderr.write(`wherry-server: ${problem}\n`);
    process.exitCode = WRONG_USE;
    return;
  }
  const log = pino({ level: made.config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const crash = (error: unknown): never => {
    log.fatal({ err: error }, 'stop at once: a rule that never breaks was broken');
    return process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  const server = await startServer(made.config, log).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'listen' && !(error instanceof WherryError)) return crash(error);
    const sentence = error instanceof WherryError ? error.message : listenSentence(error);
    process.stderr.write(`wherry-server: ${sentence}\n`);
    return process.exit(1);
  });
  const { httpsUrl, mqttsUrl, adminTokenFile, authorityFingerprint } = server;
  const tls = {
    ...(httpsUrl && { https: httpsUrl }),
    ...(mqttsUrl && { mqtts: mqttsUrl }),
    ...(authorityFingerprint && { caFingerprint: authorityFingerprint }),
  };
  const addresses = { http: server.httpUrl, mqtt: server.mqttUrl, ...tls };
  process.stdout.write(`${JSON.stringify({ ready: true, ...addresses, adminTokenFile })}\n`);
  log.info(addresses, 'ready');

  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(
      () => crash(new Error(`the end took longer than ${SERVER_LIMITS.stopWithinMs} ms`)),
      SERVER_LIMITS.stopWithinMs,
    ).unref();
    server.stop().then(() => {
      log.info('stopped');
      process.exit(0);
    }, crash);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function listenSentence({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return `${message}. Another program listens there; choose another with --http, --https, --mqtt or --mqtts.`;
  return `${message}. Choose an address of this machine, and a port that you may use, with --http, --https, --mqtt or --mqtts.`;
}

async function configureBroker(args: readonly string[]): Promise<void> {
  const read = readBrokerConfig(args);
  if (read.kind === 'help') return void process.stdout.write(BROKER_CONFIG_HELP);
  if (read.kind === 'order') return await writeBrokerConfig(read.dataDir, read.at);
  for (const problem of read.problems) process.stderr.write(`wherry-server: ${problem}\n`);
  process.exitCode = WRONG_USE;
}

await main(process.argv.slice(2), process.env);
