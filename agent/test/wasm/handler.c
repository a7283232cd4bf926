/* A handler of requests (wasi:http/incoming-handler 0.2) in C without any library: the canonical ABI by hand. Answers with what it was
   asked, or, for /fetch?AUTHORITY/PATH, with what another server answers; some paths do what a handler must not. */
typedef __SIZE_TYPE__ size_t;
#define FROM(interface, name) __attribute__((import_module(interface), import_name(name)))
#define TYPES "wasi:http/types@0.2.0"
#define STREAMS "wasi:io/streams@0.2.0"

FROM(TYPES, "[method]incoming-request.method") void request_method(int self, void *out);
FROM(TYPES, "[method]incoming-request.path-with-query") void request_path(int self, void *out);
FROM(TYPES, "[method]incoming-request.headers") int request_headers(int self);
FROM(TYPES, "[method]incoming-request.consume") void request_consume(int self, void *out);
FROM(TYPES, "[method]incoming-body.stream") void body_stream(int self, void *out);
FROM(TYPES, "[constructor]fields") int new_fields(void);
FROM(TYPES, "[method]fields.append") void fields_append(int self, const char *name, size_t n, const char *value, size_t m, void *out);
FROM(TYPES, "[method]fields.get") void fields_get(int self, const char *name, size_t n, void *out);
FROM(TYPES, "[constructor]outgoing-response") int new_response(int fields);
FROM(TYPES, "[method]outgoing-response.set-status-code") int set_status(int self, int status);
FROM(TYPES, "[method]outgoing-response.body") void response_body(int self, void *out);
FROM(TYPES, "[method]outgoing-body.write") void body_write(int self, void *out);
FROM(TYPES, "[static]outgoing-body.finish") void body_finish(int self, int has, int trailers, void *out);
FROM(TYPES, "[static]response-outparam.set")
void set_response(int out, int is_err, int value, int a, long long b, int c, int d, int e, int f);
FROM(STREAMS, "[method]input-stream.blocking-read") void stream_read(int self, long long length, void *out);
FROM(STREAMS, "[method]output-stream.blocking-write-and-flush") void stream_write(int self, const char *bytes, size_t n, void *out);
FROM(STREAMS, "[resource-drop]output-stream") void drop_output(int self);
FROM(STREAMS, "[resource-drop]input-stream") void drop_input(int self);
FROM(TYPES, "[constructor]outgoing-request") int new_request(int fields);
FROM(TYPES, "[method]outgoing-request.set-scheme") int set_scheme(int self, int has, int which, const char *other, size_t n);
FROM(TYPES, "[method]outgoing-request.set-authority") int set_authority(int self, int has, const char *text, size_t n);
FROM(TYPES, "[method]outgoing-request.set-path-with-query") int set_path(int self, int has, const char *text, size_t n);
FROM("wasi:http/outgoing-handler@0.2.0", "handle") void send(int request, int has, int options, void *out);
FROM(TYPES, "[method]future-incoming-response.subscribe") int future_subscribe(int self);
FROM(TYPES, "[method]future-incoming-response.get") void future_get(int self, void *out);
FROM("wasi:io/poll@0.2.0", "[method]pollable.block") void block(int self);
FROM("wasi:io/poll@0.2.0", "[resource-drop]pollable") void drop_pollable(int self);
FROM(TYPES, "[method]incoming-response.status") int response_status(int self);
FROM(TYPES, "[method]incoming-response.consume") void response_consume(int self, void *out);

static char heap[300000];
static size_t used;
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  used = (used + align - 1) / align * align;
  void *at = heap + used;
  used += size;
  return at;
}

static int output;
static unsigned char result[64];
static int handle_at(int offset) { return *(int *)(result + offset); }
static void put(const char *bytes, size_t n) { stream_write(output, bytes, n, result); }
static size_t length(const char *text) { size_t n = 0; while (text[n]) n++; return n; }
static void say(const char *text) { put(text, length(text)); }
static int begins(const char *text, size_t n, const char *with) {
  for (size_t i = 0; with[i]; i++) if (i >= n || text[i] != with[i]) return 0;
  return 1;
}
static void say_number(int n) {
  char digits[12]; int at = 12;
  do { digits[--at] = '0' + n % 10; n /= 10; } while (n > 0);
  put(digits + at, 12 - at);
}
/* A body to its end, into the answer. */
static void copy_body(int body) {
  body_stream(body, result);
  int stream = handle_at(4);
  for (;;) {
    stream_read(stream, 65536, result);
    if (result[0] != 0) break;
    put(*(char **)(result + 4), *(size_t *)(result + 8));
  }
  drop_input(stream);
}

static void fetch(const char *target, size_t n) {
  size_t cut = 0;
  while (cut < n && target[cut] != '/') cut++;
  int request = new_request(new_fields());
  set_scheme(request, 1, 0, 0, 0);
  set_authority(request, 1, target, cut);
  set_path(request, 1, target + cut, n - cut);
  send(request, 0, 0, result);
  if (result[0] != 0) { say("not sent"); return; }
  int future = handle_at(8);
  int pollable = future_subscribe(future);
  block(pollable);
  drop_pollable(pollable);
  future_get(future, result);
  if (result[16] != 0) { say("error "); say_number(result[24]); return; }
  int response = handle_at(24);
  say_number(response_status(response));
  say(" ");
  response_consume(response, result);
  copy_body(handle_at(4));
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int request, int out) {
  request_path(request, result);
  const char *path = *(char **)(result + 4);
  size_t n = *(size_t *)(result + 8);
  if (begins(path, n, "/silent")) return;
  if (begins(path, n, "/twice")) set_response(out, 1, 0, 0, 0, 0, 0, 0, 0);
  if (begins(path, n, "/refuse")) { set_response(out, 1, 0, 0, 0, 0, 0, 0, 0); return; }
  int fields = new_fields();
  fields_append(fields, "X-Made-By", 9, "hand", 4, result);
  int bad = 0;
  fields_append(fields, "x-bad", 5, "a\r\nset-cookie: b", 16, result);
  bad += result[0] == 1;
  fields_append(fields, "connection", 10, "close", 5, result);
  bad += result[0] == 1;
  int response = new_response(fields);
  set_status(response, bad == 2 ? 207 : 500);
  response_body(response, result);
  int body = handle_at(4);
  set_response(out, 0, response, 0, 0, 0, 0, 0, 0);
  body_write(body, result);
  output = handle_at(4);
  if (begins(path, n, "/fetch?")) fetch(path + 7, n - 7);
  else {
    request_method(request, result);
    say_number(result[0]);
    say(" ");
    put(path, n);
    fields_get(request_headers(request), "x-ask", 5, result);
    size_t asked = *(size_t *)(result + 4), *first = *(size_t **)result;
    say(" ");
    if (asked > 0) { put((char *)first[0], first[1]); say(" "); }
    request_consume(request, result);
    copy_body(handle_at(4));
  }
  drop_output(output);
  if (begins(path, n, "/unfinished")) return;
  body_finish(body, 0, 0, result);
}
