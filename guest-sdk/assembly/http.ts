import { Message, parseMessage } from "./head";
import { address, hostHttpFetch, hostHttpResponse, utf8 } from "./host";

/** What `onHttp` returns: a status, headers and a body in CGI form. */
export function respond(status: i32, body: string, contentType: string = "text/plain; charset=utf-8"): ArrayBuffer {
  return utf8("Status: " + status.toString() + "\nContent-Type: " + contentType + "\n\n" + body);
}

export function respondJson(status: i32, json: string): ArrayBuffer {
  return respond(status, json, "application/json");
}

/** A value of a query such as `name=Ada&lang=en`, or null. `+` and %-escapes are decoded. */
export function queryValue(query: string, name: string): string | null {
  const pairs = query.split("&");
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i];
    const end = pair.indexOf("=");
    const key = end < 0 ? pair : pair.substring(0, end);
    if (key == name) return end < 0 ? "" : decodeURIComponent(pair.substring(end + 1).replaceAll("+", " "));
  }
  return null;
}

/** A response of `fetch`. `response.field("Status")` is the status, other fields are headers in lower case. */
export function fetch(method: string, url: string, body: string = "", headers: string = ""): Message | null {
  const head = utf8(method + " " + url + "\n" + headers);
  const bytes = utf8(body);
  const length = hostHttpFetch(address(head), head.byteLength, address(bytes), bytes.byteLength);
  if (length < 0) return null;
  const buffer = new ArrayBuffer(length);
  hostHttpResponse(address(buffer), length);
  return parseMessage(buffer, ":");
}
