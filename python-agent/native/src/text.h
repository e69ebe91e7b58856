/* Texts of the interpreter, read without it: a str's characters as UTF-8, and UTF-8 as JSON. Used by sites.c. */
#ifndef GS_TEXT_H
#define GS_TEXT_H

#include "../gilscope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A str object's characters where they lie. */
struct gs_str_view {
    const uint8_t *data;
    size_t length; /* in characters */
    int width;     /* bytes each: 1, 2 or 4 */
};

/* Bytes of a str object that tell its form; all forms' characters come later or end within an object of this size. */
#define GS_STR_HEAD 48
/* `head`: the object's first bytes. False when it is of a form that the layout does not describe. */
bool gs_str_view(const struct gs_site_layout *at, uintptr_t object, const uint8_t *head, struct gs_str_view *view);
/* At most `most` bytes of UTF-8, whole characters; `tail`: the last ones, after an ellipsis, when not all fit. Returns how many. */
size_t gs_str_utf8(const struct gs_str_view *view, char *out, size_t most, bool tail);
/* A JSON text with its quotes, ended by a NUL that is not counted; at most six bytes for each byte of `text`, and three more. */
size_t gs_json_escape(char *out, const char *text);

#endif
