/**
 * This process becomes the launcher, which chooses the version again: at once, and without the service manager noticing an end. All
 * that is open is closed by it, but for the standard streams.
 */
export function relaunch(launcher: string): never {
  process.execve?.(launcher, [launcher, ...process.argv.slice(2)], process.env);
  // Where that call is missing, the service manager starts the launcher.
  process.exit(0);
}
