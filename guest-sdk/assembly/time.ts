import { hostNowMs } from "./host";

/** The device's clock: milliseconds since 1970. */
export function nowMs(): i64 {
  return <i64>hostNowMs();
}
