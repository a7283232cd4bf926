import { readFileSync } from 'node:fs';
import { assemblyScript, c as compileC, wat as compileWat } from '@wherry/agent/testing/stage';
import type { WasmAbi } from '@wherry/protocol';

export type Guest =
  | { readonly kind: 'c'; readonly source: string }
  | { readonly kind: 'wat'; readonly source: string }
  | { readonly kind: 'assemblyscript'; readonly source: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'component'; readonly build: () => Uint8Array };

/** Guests of attacks: C by clang, WebAssembly text by binaryen, AssemblyScript by asc, or bytes by hand. */
const HEAD = `
#pragma clang diagnostic ignored "-Wunused"
#pragma clang diagnostic ignored "-Wunused-result"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>
#include "wherry.h"
/* The app's own folder, the first descriptor after the standard streams. */
#define DATA 3
#define ALL (~0ull >> 35)
static inline int text_open(int dir, const char *path, int lookup, int oflags, __wasi_rights_t rights, int *out) {
  __wasi_fd_t fd = 0;
  int e = __wasi_path_open(dir, lookup, path, oflags, rights, rights, 0, &fd);
  *out = (int)fd;
  return e;
}
/* Reads a file and prints what is in it: a secret that comes out is seen in the answer. */
static inline int leak(int dir, const char *path, int lookup) {
  int fd; static char buffer[4096]; __wasi_size_t n = 0;
  int e = text_open(dir, path, lookup, 0, __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_READDIR, &fd);
  if (e != 0) return e;
  __wasi_iovec_t v = { (uint8_t *)buffer, sizeof buffer };
  e = __wasi_fd_read(fd, &v, 1, &n);
  if (e == 0) printf("[%.*s]", (int)n, buffer);
  __wasi_fd_close(fd);
  return e;
}
static inline int put(int dir, const char *path, const void *bytes, int length) {
  int fd; __wasi_size_t n = 0;
  int e = text_open(dir, path, 0, __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_SEEK, &fd);
  if (e != 0) return e;
  __wasi_ciovec_t v = { bytes, length };
  e = __wasi_fd_write(fd, &v, 1, &n);
  __wasi_fd_close(fd);
  return e;
}
static inline int fetch(const char *url) {
  char head[8192];
  int n = snprintf(head, sizeof head, "GET %s", url);
  int r = wherry_http_fetch(head, n, "", 0);
  if (r > 0) { static char body[8192]; int m = wherry_http_response(body, sizeof body); printf("[%.*s]", m < 8192 ? m : 8192, body); }
  return r;
}
static void attack(void);
int main(void) {
  const char *trigger = getenv("WHERRY_TRIGGER");
  if (trigger && strcmp(trigger, "http") == 0) printf("Content-Type: text/plain\\n\\n");
  attack();
  fflush(stdout);
  return 0;
}
`;

/** A C program: `source` defines attack(), and prints what it got. */
export function c(source: string): Guest {
  return { kind: 'c', source: `${HEAD}${source}` };
}

export function wat(source: string): Guest {
  return { kind: 'wat', source };
}

/** An AssemblyScript-shaped module by hand: `body` is what its onHttp does before it answers with what it was sent. */
export function handler(body: string, fields = '', imports = ''): Guest {
  return wat(`(module ${imports} (memory (export "memory") 1) ${fields}
    (func (export "__new") (param i32 i32) (result i32) (i32.store (i32.const 1020) (local.get 0)) (i32.const 1024))
    (func (export "__pin") (param i32) (result i32) (local.get 0))
    (func (export "__unpin") (param i32))
    (func $http (export "onHttp") (param i32 i32 i32 i32) (result i32) ${body} (i32.store (i32.const 1020) (i32.const 0)) (i32.const 1024)))`);
}

/** Bytes of a guest and the ABI it is for. */
export function build(name: string, guest: Guest): { readonly bytes: Buffer; readonly abi: WasmAbi } {
  switch (guest.kind) {
    case 'c':
      return { bytes: readFileSync(compileC(name, guest.source)), abi: 'wasi-p1' };
    case 'wat':
      return { bytes: readFileSync(compileWat(name, guest.source)), abi: 'assemblyscript' };
    case 'assemblyscript':
      return { bytes: readFileSync(assemblyScript(name, guest.source)), abi: 'assemblyscript' };
    case 'bytes':
      return { bytes: Buffer.from(guest.bytes), abi: 'assemblyscript' };
    case 'component':
      return { bytes: Buffer.from(guest.build()), abi: 'component' };
  }
}
