import { config, log } from "@wherry/guest-sdk/assembly";

/** Says hello once, when the app starts. */
export function onStart(): void {
  const name = config("NAME");
  log.info("hello, " + (name === null ? "world" : name));
}
