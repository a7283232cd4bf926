/* What the container tests run: one static program whose first argument says what to do. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void leave(int signal) { (void)signal; _exit(0); }

static void report_write(const char *path) {
  int file = open(path, O_CREAT | O_WRONLY, 0644);
  printf("write %s: %s\n", path, file < 0 ? strerror(errno) : "ok");
  if (file >= 0) close(file);
}

static int show(void) {
  printf("uid %d gid %d\n", getuid(), getgid());
  printf("ZONE=%s WHERRY_APP=%s\n", getenv("ZONE"), getenv("WHERRY_APP"));
  report_write("/data/file");
  report_write("/tmp/file");
  report_write("/file");
  int net = open("/proc/net/dev", O_RDONLY);
  char text[4096] = {0};
  if (net >= 0 && read(net, text, sizeof text - 1) > 0) printf("eth0 %s\n", strstr(text, "eth0") ? "yes" : "no");
  fprintf(stderr, "shown\n");
  for (;;) pause();
}

/* Its secrets by name: what is in the file, whether it could be changed, and that the environment has none of it. */
static int secret(int count, char **names) {
  for (int at = 0; at < count; at++) {
    char path[256], value[256] = {0};
    snprintf(path, sizeof path, "/run/secrets/%s", names[at]);
    int file = open(path, O_RDONLY);
    if (file >= 0 && read(file, value, sizeof value - 1) < 0) return 4;
    if (file >= 0) close(file);
    int changed = open(path, O_WRONLY);
    printf("%s=%s %s %s\n", names[at], file < 0 ? strerror(errno) : value, changed < 0 ? "kept" : "changed",
           getenv(names[at]) ? "in the environment" : "not in the environment");
  }
  for (;;) pause();
}

static int serve(int port, const char *answer) {
  int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 8)) return 3;
  printf("serving\n");
  for (;;) {
    int client = accept(server, NULL, NULL);
    char request[4096];
    if (client < 0) continue;
    if (read(client, request, sizeof request) > 0)
      dprintf(client, "HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", answer);
    close(client);
  }
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "live";
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGTERM, strcmp(what, "stubborn") == 0 ? SIG_IGN : leave);
  if (strcmp(what, "exit") == 0) return atoi(arguments[2]);
  if (strcmp(what, "show") == 0) return show();
  if (strcmp(what, "secret") == 0) return secret(count - 2, arguments + 2);
  if (strcmp(what, "serve") == 0) return serve(atoi(arguments[2]), arguments[3]);
  if (strcmp(what, "eat") == 0)
    for (;;) memset(malloc(1 << 20), 1, 1 << 20);
  if (strcmp(what, "spam") == 0)
    for (int line = 0; line < 20000; line++) printf("line %d of a flood\n", line);
  if (strcmp(what, "tick") == 0)
    for (;; usleep(100000)) printf("tick\n");
  if (strcmp(what, "burn") == 0)
    for (;;) __asm__ volatile("");
  printf("%s\n", what);
  char line[8192];
  while (fgets(line, sizeof line, stdin)) printf("got %s", line);
  for (;;) pause();
}
