/*
 * Wherry for C and for every language that can import C functions. Build with clang --target=wasm32-wasi as an ordinary program:
 * main() runs once for each trigger. What happened is in the environment (WHERRY_TRIGGER, WHERRY_TOPIC, WHERRY_SCHEDULE,
 * REQUEST_METHOD, PATH_INFO, QUERY_STRING; declared config keys by their names), the payload is the standard input, the answer
 * to an http trigger is the standard output: header lines, an empty line, the body.
 *
 * Text is UTF-8, as pointer and length. A function that fills a buffer returns the whole length, even when it is more than the
 * buffer holds: call again with a larger one. A result below zero is a wherry_status. A pointer outside the memory ends the call.
 */
#ifndef WHERRY_H
#define WHERRY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHERRY_IMPORT(name) __attribute__((import_module("wherry"), import_name(name)))

enum wherry_status {
  WHERRY_OK = 0,
  WHERRY_ABSENT = -1,  /* there is no such key; nothing on the bus answers */
  WHERRY_DENIED = -2,  /* the release was not granted this */
  WHERRY_INVALID = -3, /* too long, or not well formed */
  WHERRY_FAILED = -4,
  WHERRY_TIMEOUT = -5
};

enum wherry_level { WHERRY_DEBUG = 0, WHERRY_INFO = 1, WHERRY_WARNING = 2, WHERRY_ERROR = 3 };

WHERRY_IMPORT("log") void wherry_log(int32_t level, const char *text, int32_t length);
WHERRY_IMPORT("now_ms") double wherry_now_ms(void);

/* capabilities: { mqtt: { publish: [...] } } */
WHERRY_IMPORT("publish")
int32_t wherry_publish(const char *topic, int32_t topic_length, const void *payload, int32_t payload_length);

/* capabilities: { kv: true }. Requests that run at once (`concurrency` of an http trigger) share it, and nothing locks it. */
WHERRY_IMPORT("kv_get") int32_t wherry_kv_get(const char *key, int32_t key_length, void *buffer, int32_t buffer_length);
WHERRY_IMPORT("kv_set")
int32_t wherry_kv_set(const char *key, int32_t key_length, const void *value, int32_t value_length);
WHERRY_IMPORT("kv_delete") int32_t wherry_kv_delete(const char *key, int32_t key_length);

WHERRY_IMPORT("config_get")
int32_t wherry_config_get(const char *key, int32_t key_length, char *buffer, int32_t buffer_length);

/*
 * capabilities: { secrets: [API_KEY] }. Ask anew for each use, and wipe the buffer when it has served: a value may be replaced at any
 * time. With `secrets: { API_KEY: { env: true } }` it is a variable of the environment too, as it was when the program began.
 */
WHERRY_IMPORT("secret_get")
int32_t wherry_secret_get(const char *name, int32_t name_length, void *buffer, int32_t buffer_length);

/*
 * For a program whose `start` has a loop of its own: waits for the next trigger and writes it as lines NAME=value, an empty line,
 * the payload. While it waits, no time limit runs. An http trigger is answered with wherry_trigger_answer.
 */
WHERRY_IMPORT("trigger_next") int32_t wherry_trigger_next(void *buffer, int32_t buffer_length, int32_t timeout_ms);
WHERRY_IMPORT("trigger_answer")
int32_t wherry_trigger_answer(int32_t status, const char *content_type, int32_t content_type_length, const void *body,
                              int32_t body_length);

/*
 * capabilities: { http: { allow: [...] } }. The head is "METHOD url", then lines "name: value". Returns the length of the response,
 * which wherry_http_response copies: "Status: 200", header lines, an empty line, the body.
 */
WHERRY_IMPORT("http_fetch")
int32_t wherry_http_fetch(const char *head, int32_t head_length, const void *body, int32_t body_length);
WHERRY_IMPORT("http_response") int32_t wherry_http_response(void *buffer, int32_t buffer_length);

/*
 * Hardware, by the names of the manifest: capabilities: { gpio: { led: out, button: in }, i2c: { sensors: [0x48] }, serial: [gps] }.
 * What a name stands for, the owner of the device decides. A pin is active (1) or inactive (0); which level that is, too.
 * An output begins inactive. Waiting in `start` is not counted against the time limit; in other calls it is.
 */
enum wherry_edge { WHERRY_RISING = 1, WHERRY_FALLING = 2, WHERRY_ANY_EDGE = 3 };

WHERRY_IMPORT("gpio_read") int32_t wherry_gpio_read(const char *pin, int32_t pin_length);
WHERRY_IMPORT("gpio_write") int32_t wherry_gpio_write(const char *pin, int32_t pin_length, int32_t is_active);
/* Which edge it was, or WHERRY_TIMEOUT. The first wait begins to watch; edges between two waits are kept, up to 64. */
WHERRY_IMPORT("gpio_wait")
int32_t wherry_gpio_wait(const char *pin, int32_t pin_length, int32_t edge, int32_t timeout_ms);

struct wherry_i2c_operation {
  uint32_t is_read; /* 0 writes the bytes, 1 reads into them */
  void *bytes;
  uint32_t length;
};

/* At most 16 operations and 4 KiB: a start condition before each, a stop at the end. Returns how many bytes were read. */
WHERRY_IMPORT("i2c_transaction")
int32_t wherry_i2c_transaction(const char *bus, int32_t bus_length, int32_t address,
                               const struct wherry_i2c_operation *operations, int32_t count);

/* `baud` 0 leaves the speed to the owner of the device, who may have fixed it. */
WHERRY_IMPORT("serial_open") int32_t wherry_serial_open(const char *device, int32_t device_length, int32_t baud);
/* What has come, as soon as anything has: its length, or WHERRY_TIMEOUT. At most 16 KiB. */
WHERRY_IMPORT("serial_read")
int32_t wherry_serial_read(const char *device, int32_t device_length, void *buffer, int32_t buffer_length,
                           int32_t timeout_ms);
/* How many bytes were taken, which may be fewer. */
WHERRY_IMPORT("serial_write")
int32_t wherry_serial_write(const char *device, int32_t device_length, const void *bytes, int32_t length);

#ifdef __cplusplus
}
#endif
#endif
