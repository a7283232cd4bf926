/*
 * The thermostat as a container, for devices that run no Wasm: its triggers arrive as lines of JSON on standard input
 * ({"on":"mqtt","topic":…,"payload":base64} and {"on":"cron",…}). It knows its zone and says what it would hold.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET 21.0
#define BOOST 1.5

static int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes the base64 string that begins at `from` into `out`, up to `room - 1` bytes. */
static void decode(const char *from, char *out, size_t room) {
  unsigned bits = 0, held = 0;
  size_t length = 0;
  for (; digit(*from) >= 0 && length + 1 < room; from++) {
    held = held << 6 | (unsigned)digit(*from);
    bits += 6;
    if (bits >= 8) out[length++] = (char)(held >> (bits -= 8) & 0xff);
  }
  out[length] = 0;
}

/* As the first process of its container nothing ends it by default: it has to say so itself. */
static void leave(int signal_number) {
  (void)signal_number;
  _exit(0);
}

int main(void) {
  signal(SIGTERM, leave);
  const char *zone = getenv("ZONE");
  char line[8192], text[64];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("thermostat of zone %s is up\n", zone ? zone : "unknown");
  while (fgets(line, sizeof line, stdin)) {
    const char *payload = strstr(line, "\"payload\":\"");
    if (!payload) continue;
    decode(payload + strlen("\"payload\":\""), text, sizeof text);
    char *end;
    double celsius = strtod(text, &end);
    if (end == text || celsius < -60 || celsius > 80) {
      fprintf(stderr, "not a temperature: %s", line);
      continue;
    }
    printf("setpoint %.1f for zone %s\n", celsius < TARGET ? TARGET + BOOST : TARGET, zone ? zone : "unknown");
  }
  return 0;
}
