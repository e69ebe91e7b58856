/* The library's second door: what gilscope-inject calls. See attach.c. */
#ifndef GS_ATTACH_H
#define GS_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Starts the thread that brings the agent up; returns 0 or an errno code, at once. `config_path` names a JSON file
 * {socket, token, engine, lib, agent_dir, report}. Called without the GIL, in any thread.
 */
__attribute__((visibility("default"))) int gs_attach(const char *config_path);

/* The text of a top-level string field of a JSON object; false when there is none or it is too long. attach_json.c */
bool gs_json_text(const char *json, const char *key, char *into, size_t capacity);

/* A report of failure; neither text may need escaping. */
void gs_attach_failed(char *into, size_t capacity, const char *code, const char *message);

#endif
