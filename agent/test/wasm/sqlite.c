/*
 * SQLite as a guest: each trigger opens /data/log.db, runs the statements on the standard input, and prints the rows.
 * Compiled together with sqlite3.c, whose own POSIX layer wants locks and owners that preview 1 does not have; this file gives it
 * the small layer that its documentation describes (sqlite.org/vfs.html) over open, pread, pwrite, fsync and unlink.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "sqlite3.h"

typedef struct { sqlite3_file base; int fd; } File;
static int fd_of(sqlite3_file *file) { return ((File *)file)->fd; }

static int xClose(sqlite3_file *f) { return close(fd_of(f)) == 0 ? SQLITE_OK : SQLITE_IOERR; }
static int xRead(sqlite3_file *f, void *to, int count, sqlite3_int64 at) {
  ssize_t got = pread(fd_of(f), to, count, at);
  if (got == count) return SQLITE_OK;
  if (got < 0) return SQLITE_IOERR_READ;
  memset((char *)to + got, 0, count - got);
  return SQLITE_IOERR_SHORT_READ;
}
static int xWrite(sqlite3_file *f, const void *from, int count, sqlite3_int64 at) {
  ssize_t put = pwrite(fd_of(f), from, count, at);
  return put == count ? SQLITE_OK : put < 0 && errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}
static int xTruncate(sqlite3_file *f, sqlite3_int64 size) { return ftruncate(fd_of(f), size) == 0 ? SQLITE_OK : SQLITE_IOERR; }
static int xSync(sqlite3_file *f, int flags) { (void)flags; return fsync(fd_of(f)) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC; }
static int xFileSize(sqlite3_file *f, sqlite3_int64 *size) {
  struct stat facts;
  if (fstat(fd_of(f), &facts) != 0) return SQLITE_IOERR_FSTAT;
  *size = facts.st_size;
  return SQLITE_OK;
}
static int xLock(sqlite3_file *f, int level) { (void)f; (void)level; return SQLITE_OK; }
static int xReserved(sqlite3_file *f, int *is) { (void)f; *is = 0; return SQLITE_OK; }
static int xControl(sqlite3_file *f, int op, void *arg) { (void)f; (void)op; (void)arg; return SQLITE_NOTFOUND; }
static int xZero(sqlite3_file *f) { (void)f; return 0; }

static const sqlite3_io_methods METHODS = {1,     xClose, xRead,     xWrite,   xTruncate, xSync, xFileSize,
                                           xLock, xLock,  xReserved, xControl, xZero,     xZero};

static int xOpen(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
  (void)vfs;
  f->pMethods = NULL;
  if (name == NULL) return SQLITE_CANTOPEN;
  int fd = open(name, (flags & SQLITE_OPEN_READONLY ? O_RDONLY : O_RDWR) | (flags & SQLITE_OPEN_CREATE ? O_CREAT : 0), 0600);
  if (fd < 0) return SQLITE_CANTOPEN;
  ((File *)f)->fd = fd;
  f->pMethods = &METHODS;
  if (out) *out = flags;
  return SQLITE_OK;
}
static int xDelete(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs; (void)sync;
  return unlink(name) == 0 || errno == ENOENT ? SQLITE_OK : SQLITE_IOERR_DELETE;
}
static int xAccess(sqlite3_vfs *vfs, const char *name, int flags, int *can) {
  struct stat facts;
  (void)vfs; (void)flags;
  *can = stat(name, &facts) == 0;
  return SQLITE_OK;
}
static int xFull(sqlite3_vfs *vfs, const char *name, int size, char *out) {
  (void)vfs;
  return snprintf(out, size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}
static int xRandom(sqlite3_vfs *vfs, int count, char *out) { (void)vfs; return getentropy(out, count > 256 ? 256 : count) == 0 ? count : 0; }
static int xSleep(sqlite3_vfs *vfs, int us) { (void)vfs; return us; }
static int xTime(sqlite3_vfs *vfs, double *days) { (void)vfs; *days = time(NULL) / 86400.0 + 2440587.5; return SQLITE_OK; }
static int xError(sqlite3_vfs *vfs, int size, char *out) { (void)vfs; (void)size; (void)out; return errno; }

static sqlite3_vfs VFS = {.iVersion = 1, .szOsFile = sizeof(File), .mxPathname = 512, .zName = "wasi", .xOpen = xOpen,
  .xDelete = xDelete, .xAccess = xAccess, .xFullPathname = xFull, .xRandomness = xRandom, .xSleep = xSleep,
  .xCurrentTime = xTime, .xGetLastError = xError};

int sqlite3_os_init(void) { return sqlite3_vfs_register(&VFS, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused; (void)names;
  for (int i = 0; i < count; i++) printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
  printf("\n");
  return 0;
}

int main(void) {
  static char script[64 * 1024];
  script[fread(script, 1, sizeof script - 1, stdin)] = 0;
  sqlite3 *db;
  char *error = NULL;
  int code = sqlite3_open("/data/log.db", &db);
  if (code == SQLITE_OK) code = sqlite3_exec(db, script, print_row, NULL, &error);
  if (code != SQLITE_OK) printf("error: %s\n", error ? error : sqlite3_errmsg(db));
  sqlite3_close(db);
  return 0;
}
