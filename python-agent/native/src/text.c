#include "text.h"

#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

bool gs_str_view(const struct gs_site_layout *at, uintptr_t object, const uint8_t *head, struct gs_str_view *view) {
    uint32_t form;
    memcpy(&form, head + at->str_state, sizeof form);
    form &= at->str_state_mask;
    for (int i = 0; i < GS_STR_FORMS; i++) {
        if (at->str_forms[i].state != form) continue;
        view->data = (const uint8_t *)(object + (uintptr_t)at->str_forms[i].data);
        memcpy(&view->length, head + at->str_length, sizeof view->length);
        view->width = at->str_forms[i].width;
        return true;
    }
    return false;
}

__attribute__((no_sanitize("address"))) static uint32_t character(const struct gs_str_view *view, size_t i) {
    if (view->width == 1) return view->data[i];
    if (view->width == 2) return ((const uint16_t *)view->data)[i];
    return ((const uint32_t *)view->data)[i];
}

/* A lone surrogate (surrogateescape in a file's name) is no character: it becomes U+FFFD. */
static size_t put(char *out, uint32_t c) {
    if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff) c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static size_t size_of(uint32_t c) {
    char unused[4];
    return put(unused, c);
}

size_t gs_str_utf8(const struct gs_str_view *view, char *out, size_t most, bool tail) {
    size_t length = 0, i = 0;
    if (tail && view->length > most / 4) { /* it may be too long: find where the last part begins that fits */
        size_t bytes = 0, from = view->length;
        while (from > 0 && bytes + size_of(character(view, from - 1)) <= most - 3) bytes += size_of(character(view, --from));
        if (from > 0) {
            memcpy(out, ELLIPSIS, 3);
            length = 3;
            i = from;
        }
    }
    for (; i < view->length; i++) {
        uint32_t c = character(view, i);
        if (c == 0) c = 0xfffd;
        if (length + size_of(c) > most) break;
        length += put(out + length, c);
    }
    return length;
}

size_t gs_json_escape(char *out, const char *text) {
    char *at = out;
    *at++ = '"';
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c < 0x20) {
            at += sprintf(at, "\\u%04x", c);
        } else {
            *at++ = (char)c;
        }
    }
    *at++ = '"';
    *at = 0;
    return (size_t)(at - out);
}
