import { address, hostLog, utf8 } from "./host";

/** Lines for the device's log; the agent keeps the last ones and sends them while somebody listens. */
function line(level: i32, text: string): void {
  const bytes = utf8(text);
  hostLog(level, address(bytes), bytes.byteLength);
}

export namespace log {
  export function debug(text: string): void {
    line(0, text);
  }
  export function info(text: string): void {
    line(1, text);
  }
  export function warning(text: string): void {
    line(2, text);
  }
  export function error(text: string): void {
    line(3, text);
  }
}
