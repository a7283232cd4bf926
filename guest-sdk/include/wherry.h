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
  WHERRY_ABSENT = -1,  /* there is no such key */
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

/* capabilities: { kv: true } */
WHERRY_IMPORT("kv_get") int32_t wherry_kv_get(const char *key, int32_t key_length, void *buffer, int32_t buffer_length);
WHERRY_IMPORT("kv_set")
int32_t wherry_kv_set(const char *key, int32_t key_length, const void *value, int32_t value_length);
WHERRY_IMPORT("kv_delete") int32_t wherry_kv_delete(const char *key, int32_t key_length);

WHERRY_IMPORT("config_get")
int32_t wherry_config_get(const char *key, int32_t key_length, char *buffer, int32_t buffer_length);

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

#ifdef __cplusplus
}
#endif
#endif
