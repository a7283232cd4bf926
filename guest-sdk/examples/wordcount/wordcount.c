/* Counts lines, words and bytes of its input, as wc does. With an http or mqtt trigger the input is the body or the payload. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts {
  long lines, words, bytes;
};

static struct counts count(FILE *input) {
  struct counts sum = {0, 0, 0};
  int in_word = 0;
  for (int c = getc(input); c != EOF; c = getc(input)) {
    sum.bytes += 1;
    if (c == '\n') sum.lines += 1;
    if (isspace(c)) in_word = 0;
    else if (!in_word) {
      in_word = 1;
      sum.words += 1;
    }
  }
  return sum;
}

static int print(FILE *input, const char *name) {
  struct counts sum = count(input);
  printf("%ld %ld %ld%s%s\n", sum.lines, sum.words, sum.bytes, *name ? " " : "", name);
  return ferror(input) ? 1 : 0;
}

int main(int argc, char **argv) {
  const char *trigger = getenv("WHERRY_TRIGGER");
  if (trigger != NULL && strcmp(trigger, "http") == 0) printf("Content-Type: text/plain\n\n");
  if (argc < 2) return print(stdin, "");
  int status = 0;
  for (int i = 1; i < argc; i++) {
    FILE *input = fopen(argv[i], "r");
    if (input == NULL) {
      perror(argv[i]);
      status = 1;
      continue;
    }
    status |= print(input, argv[i]);
    fclose(input);
  }
  return status;
}
