import { kv, queryValue, respond, respondJson } from "@wherry/guest-sdk/assembly";

/** Greets over http and counts how often. */
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  if (path.endsWith("/count")) return respondJson(200, '{"count":' + count().toString() + "}");
  if (method == "POST") return greet(String.UTF8.decode(body));
  const name = queryValue(query, "name");
  return greet(name === null ? "" : name);
}

function greet(name: string): ArrayBuffer {
  const known = name.trim();
  if (known.length > 100) return respond(400, "a name has at most 100 letters\n");
  kv.set("count", (count() + 1).toString());
  return respond(200, "hello, " + (known.length == 0 ? "stranger" : known) + "\n");
}

function count(): i32 {
  const text = kv.get("count");
  return text === null ? 0 : I32.parseInt(text);
}
