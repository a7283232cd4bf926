/**
 * Platforms as OCI writes them (`os/arch[/variant]`), of engines and of images. Engines report the machine's name for an
 * architecture (`uname -m`) or Go's; platforms are written with Go's, as OCI does.
 */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm/v7',
  armv6l: 'arm/v6',
  armhf: 'arm/v7',
  i386: '386',
  i686: '386',
};

/** `linux/arm64`, `linux/arm/v7`: what the engine runs without emulation. */
export function platformOfEngine(os: string, architecture: string): string {
  return `${os.toLowerCase()}/${ARCHITECTURES[architecture] ?? architecture}`;
}

/** A platform without a CPU variant fits every variant of the architecture. */
export function isSamePlatform(offered: string, own: string): boolean {
  return offered === own || own.startsWith(`${offered}/`) || offered.startsWith(`${own}/`);
}
