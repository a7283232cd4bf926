/**
 * C programs that check the WASI host from inside. Each prints the line of its first broken expectation and exits with 1.
 * Descriptor 3 is the folder they were given.
 */
const PRELUDE = `
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>
#define EXPECT(x) do { if (!(x)) { printf("line %d: %s\\n", __LINE__, #x); exit(1); } } while (0)
#define FAILS(errnum, x) do { int e = (x); if (e != (errnum)) { printf("line %d: %s gave %d\\n", __LINE__, #x, e); exit(1); } } while (0)
__attribute__((unused)) static int symlink_at(const char *target, const char *path) { return __wasi_path_symlink(target, 3, path); }
__attribute__((unused)) static int open_at(int dir, const char *path, int lookup, int oflags, __wasi_rights_t rights, int *fd) {
  __wasi_fd_t out = 0;
  int e = __wasi_path_open(dir, lookup, path, oflags, rights, rights, 0, &out);
  if (fd) *fd = out;
  return e;
}
#define RW (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_TELL | __WASI_RIGHTS_FD_FILESTAT_GET | __WASI_RIGHTS_FD_FILESTAT_SET_SIZE)
#define ALL (((__WASI_RIGHTS_PATH_SYMLINK << 3) - 1) & ~__WASI_RIGHTS_FD_WRITE)
`;

export const PROGRAMS: Record<string, string> = {
  /** The folder's neighbour \`outside.txt\` exists; nothing here may reach it. */
  escapes: `${PRELUDE}
int main(void) {
  int fd;
  FAILS(__WASI_ERRNO_PERM, open_at(3, "../outside.txt", 1, 0, RW, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "/etc/passwd", 1, 0, __WASI_RIGHTS_FD_READ, &fd));
  EXPECT(mkdir("/a", 0777) == 0 && mkdir("/a/b", 0777) == 0);
  FAILS(__WASI_ERRNO_PERM, open_at(3, "a/b/../../../outside.txt", 1, 0, RW, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "a/./.././../outside.txt", 1, 0, RW, &fd));
  /* links made by the guest, by the middle name, by the last, through one another */
  FAILS(0, symlink_at("..", "up"));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "up/outside.txt", 0, 0, RW, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "up/outside.txt", 1, 0, RW, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "up", 1, __WASI_OFLAGS_DIRECTORY, ALL, &fd));
  FAILS(__WASI_ERRNO_LOOP, open_at(3, "up", 0, 0, __WASI_RIGHTS_FD_READ, &fd));
  FAILS(0, symlink_at("../outside.txt", "file"));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "file", 1, 0, RW, &fd));
  FAILS(0, symlink_at("../../..", "a/b/deep"));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "a/b/deep/outside.txt", 1, 0, RW, &fd));
  FAILS(0, symlink_at("a/b/..", "inside"));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "inside/../../outside.txt", 1, 0, RW, &fd));
  FAILS(__WASI_ERRNO_PERM, symlink_at("/etc", "absolute"));
  /* links that were there before */
  FAILS(__WASI_ERRNO_PERM, open_at(3, "planted/passwd", 1, 0, __WASI_RIGHTS_FD_READ, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(3, "planted", 1, __WASI_OFLAGS_DIRECTORY, ALL, &fd));
  /* every other call that takes a path */
  __wasi_filestat_t stat;
  FAILS(__WASI_ERRNO_PERM, __wasi_path_filestat_get(3, 1, "file", &stat));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_filestat_get(3, 0, "up/outside.txt", &stat));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_filestat_set_times(3, 1, "file", 1, 1, 5));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_create_directory(3, "up/made"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_unlink_file(3, "up/outside.txt"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_remove_directory(3, "up/data"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_link(3, 0, "up/outside.txt", 3, "stolen"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_link(3, 1, "file", 3, "stolen"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_rename(3, "up/outside.txt", 3, "stolen"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_rename(3, "a", 3, "up/gift"));
  FAILS(__WASI_ERRNO_PERM, __wasi_path_symlink("x", 3, "up/x"));
  char buffer[64]; __wasi_size_t used;
  FAILS(__WASI_ERRNO_PERM, __wasi_path_readlink(3, "up/link", (uint8_t *)buffer, 64, &used));
  /* a folder opened inside is the whole world of its descriptor */
  FAILS(0, open_at(3, "a/b", 0, __WASI_OFLAGS_DIRECTORY, ALL, &fd));
  FAILS(__WASI_ERRNO_PERM, open_at(fd, "../../a", 0, __WASI_OFLAGS_DIRECTORY, ALL, NULL));
  /* a slash at the end does not make the kernel follow */
  FAILS(__WASI_ERRNO_NOTDIR, __wasi_path_unlink_file(3, "file/"));
  EXPECT(__wasi_path_filestat_get(3, 0, "up/", &stat) == __WASI_ERRNO_NOTDIR);
  FAILS(0, symlink_at("loop", "loop"));
  FAILS(__WASI_ERRNO_LOOP, open_at(3, "loop", 1, 0, RW, &fd));
  char nul[] = "a\\0b";
  FAILS(0, __wasi_path_filestat_get(3, 0, nul, &stat));
  return 0;
}`,
  files: `${PRELUDE}
int main(void) {
  FILE *f = fopen("/notes.txt", "w+");
  EXPECT(f && fputs("hello world", f) >= 0 && fflush(f) == 0);
  EXPECT(fseek(f, 6, SEEK_SET) == 0);
  char buffer[32] = "";
  EXPECT(fread(buffer, 1, 31, f) == 5 && strcmp(buffer, "world") == 0);
  EXPECT(ftell(f) == 11 && feof(f));
  int fd = fileno(f);
  EXPECT(pwrite(fd, "J", 1, 0) == 1 && pread(fd, buffer, 5, 0) == 5 && memcmp(buffer, "Jello", 5) == 0);
  EXPECT(fsync(fd) == 0 && fdatasync(fd) == 0);
  EXPECT(ftruncate(fd, 5) == 0 && lseek(fd, 0, SEEK_END) == 5);
  EXPECT(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL);
  EXPECT(posix_fallocate(fd, 0, 100) == 0 && lseek(fd, 0, SEEK_END) == 100);
  EXPECT(fclose(f) == 0 && close(fd) == -1 && errno == EBADF);
  fd = open("/notes.txt", O_WRONLY | O_APPEND);
  EXPECT(fd >= 3 && write(fd, "end", 3) == 3);
  struct stat st;
  EXPECT(fstat(fd, &st) == 0 && st.st_size == 103 && S_ISREG(st.st_mode) && st.st_nlink == 1);
  EXPECT(read(fd, buffer, 1) == -1);
  struct timespec times[2] = {{1000, 123456789}, {2000, 987654321}};
  EXPECT(futimens(fd, times) == 0 && fstat(fd, &st) == 0);
  EXPECT(st.st_atim.tv_nsec == 123456789 && st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 987654321);
  EXPECT(close(fd) == 0);
  EXPECT(open("/none", O_RDONLY) == -1 && errno == ENOENT);
  EXPECT(open("/notes.txt", O_CREAT | O_EXCL | O_RDWR, 0600) == -1 && errno == EEXIST);
  EXPECT(open("/notes.txt/x", O_RDONLY) == -1 && errno == ENOTDIR);
  EXPECT(mkdir("/dir", 0777) == 0 && mkdir("/dir", 0777) == -1 && errno == EEXIST);
  EXPECT(rename("/notes.txt", "/dir/moved") == 0 && link("/dir/moved", "/again") == 0);
  EXPECT(stat("/again", &st) == 0 && st.st_nlink == 2);
  EXPECT(symlink("dir/moved", "/way") == 0 && readlink("/way", buffer, 31) == 9 && memcmp(buffer, "dir/moved", 9) == 0);
  EXPECT(readlink("/way", buffer, 3) == 3);
  EXPECT(lstat("/way", &st) == 0 && S_ISLNK(st.st_mode) && stat("/way", &st) == 0 && st.st_size == 103);
  EXPECT(rmdir("/dir") == -1 && errno == ENOTEMPTY);
  EXPECT(unlink("/dir") == -1 && rmdir("/again") == -1 && errno == ENOTDIR);
  int entries = 0;
  DIR *dir = opendir("/");
  for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
    entries++;
    if (strcmp(entry->d_name, "way") == 0) EXPECT(entry->d_type == DT_LNK);
    if (strcmp(entry->d_name, "dir") == 0) EXPECT(entry->d_type == DT_DIR);
  }
  EXPECT(closedir(dir) == 0 && entries == 5); /* . .. again dir way */
  EXPECT(unlink("/way") == 0 && unlink("/again") == 0 && unlink("/dir/moved") == 0 && rmdir("/dir") == 0);
  return 0;
}`,
  calls: `${PRELUDE}
extern char **environ;
int main(int argc, char **argv) {
  EXPECT(argc == 3 && strcmp(argv[1], "one") == 0 && strcmp(argv[2], "zw\\xc3\\xb6lf") == 0);
  EXPECT(strcmp(getenv("ZONE"), "hall") == 0 && environ[1] == NULL);
  struct timespec a, b, wait = {0, 20000000};
  EXPECT(clock_gettime(CLOCK_REALTIME, &a) == 0 && a.tv_sec > 1600000000);
  EXPECT(clock_gettime(CLOCK_MONOTONIC, &a) == 0 && nanosleep(&wait, NULL) == 0 && clock_gettime(CLOCK_MONOTONIC, &b) == 0);
  EXPECT((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >= 20000000);
  __wasi_timestamp_t t;
  FAILS(__WASI_ERRNO_INVAL, __wasi_clock_time_get(99, 0, &t));
  unsigned char random[64] = {0}, zero[64] = {0};
  FAILS(0, __wasi_random_get(random, 64));
  EXPECT(memcmp(random, zero, 64) != 0);
  FAILS(__WASI_ERRNO_FAULT, __wasi_random_get((uint8_t *)0xfffffff0, 64));
  __wasi_size_t n;
  __wasi_subscription_t none;
  __wasi_event_t event;
  FAILS(__WASI_ERRNO_INVAL, __wasi_poll_oneoff(&none, &event, 0, &n));
  FAILS(0, __wasi_sched_yield());
  FAILS(__WASI_ERRNO_BADF, __wasi_sock_shutdown(77, 1));
  FAILS(__WASI_ERRNO_NOTSOCK, __wasi_sock_shutdown(3, 1));
  __wasi_fdstat_t stat;
  FAILS(0, __wasi_fd_fdstat_get(3, &stat));
  EXPECT(stat.fs_filetype == __WASI_FILETYPE_DIRECTORY);
  int fd, other;
  FAILS(0, open_at(3, "f", 0, __WASI_OFLAGS_CREAT, RW, &fd));
  FAILS(__WASI_ERRNO_NOTCAPABLE, __wasi_fd_fdstat_set_rights(fd, RW | __WASI_RIGHTS_FD_ALLOCATE, 0));
  FAILS(0, __wasi_fd_fdstat_set_rights(fd, __WASI_RIGHTS_FD_READ, 0));
  __wasi_ciovec_t out = {(const uint8_t *)"x", 1};
  FAILS(__WASI_ERRNO_NOTCAPABLE, __wasi_fd_write(fd, &out, 1, &n));
  FAILS(__WASI_ERRNO_NOTCAPABLE, __wasi_fd_filestat_set_size(fd, 9));
  FAILS(0, open_at(3, "g", 0, __WASI_OFLAGS_CREAT, RW, &other));
  FAILS(0, __wasi_fd_renumber(other, fd));
  FAILS(__WASI_ERRNO_BADF, __wasi_fd_close(other));
  FAILS(0, __wasi_fd_write(fd, &out, 1, &n));
  FAILS(__WASI_ERRNO_BADF, __wasi_fd_renumber(fd, 50));
  __wasi_prestat_t pre;
  FAILS(__WASI_ERRNO_BADF, __wasi_fd_prestat_get(fd, &pre));
  FAILS(__WASI_ERRNO_NAMETOOLONG, __wasi_fd_prestat_dir_name(3, (uint8_t *)&pre, 0));
  uint8_t entries[64];
  FAILS(__WASI_ERRNO_NOTDIR, __wasi_fd_readdir(fd, entries, 64, 0, &n));
  FAILS(0, __wasi_fd_readdir(3, entries, 10, 0, &n));
  EXPECT(n == 10);
  int last = 0, count = 0;
  while ((last = open_at(3, "f", 0, 0, __WASI_RIGHTS_FD_READ, NULL)) == 0) count++;
  EXPECT(last == __WASI_ERRNO_MFILE && count > 100);
  _Exit(42);
}`,
  /** Writes until the folder is full; frees, and writes again. */
  quota: `${PRELUDE}
int main(void) {
  char block[4096];
  memset(block, 7, sizeof block);
  for (int round = 0; round < 2; round++) {
    int fd = open("/data/big", O_CREAT | O_WRONLY | O_TRUNC, 0600);
    EXPECT(fd >= 3);
    int written = 0;
    while (write(fd, block, sizeof block) == sizeof block) EXPECT(++written < 100);
    EXPECT(errno == ENOSPC && written >= 12);
    EXPECT(ftruncate(fd, 1 << 20) == -1 && errno == ENOSPC);
    EXPECT(close(fd) == 0 && unlink("/data/big") == 0);
  }
  for (int i = 0;; i++) {
    char name[32];
    sprintf(name, "/data/%d", i);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) { EXPECT(errno == ENOSPC && i > 50 && i < 200); return 0; }
    close(fd);
  }
}`,
  /** Opens sub/file for a second, while somebody puts a link out of the folder in the place of sub. */
  race: `${PRELUDE}
int main(void) {
  int opened = 0, refused = 0;
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do {
    char text[16] = "";
    int fd = open("/data/sub/file", O_RDONLY);
    if (fd < 0) refused++;
    else {
      opened++;
      EXPECT(read(fd, text, 15) >= 0 && strcmp(text, "secret") != 0);
      close(fd);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - begin.tv_sec < 2);
  printf("%s %s\\n", opened > 0 ? "opened" : "never", refused > 0 ? "refused" : "never");
  return 0;
}`,
};
