/* Reads one text out of the attach configuration, a flat JSON object written by src/engine/discovery/attach.ts. */
#include "attach.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *blank(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static size_t put_utf8(uint32_t code, char *into)
{
    if (code < 0x80) {
        into[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    into[0] = (char)(lead[more] | code >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        into[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

/* After "\u": four hexadecimal digits, or -1. */
static int32_t hex4(const char *at)
{
    char digits[5] = {0};
    if (strspn(at, "0123456789abcdefABCDEF") < 4)
        return -1;
    memcpy(digits, at, 4);
    return (int32_t)strtol(digits, NULL, 16);
}

static const char *escape(const char *at, char *into, size_t *length)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *plain = *at ? strchr(from, *at) : NULL;
    if (plain) {
        into[0] = to[plain - from];
        *length = 1;
        return at + 1;
    }
    int32_t code = *at == 'u' ? hex4(at + 1) : -1;
    if (code < 0)
        return NULL;
    at += 5;
    if (code >= 0xd800 && code < 0xdc00 && at[0] == '\\' && at[1] == 'u') {
        int32_t low = hex4(at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    *length = put_utf8((uint32_t)code, into);
    return at;
}

/* `at` stands on the opening quote; returns what follows the closing one. `into` may be NULL: only skipped. */
static const char *string(const char *at, char *into, size_t capacity)
{
    size_t done = 0;
    for (at++; *at && *at != '"';) {
        char unit[4];
        size_t length = 1;
        unit[0] = *at;
        at = *at == '\\' ? escape(at + 1, unit, &length) : at + 1;
        if (!at || (into && done + length >= capacity))
            return NULL;
        if (into)
            memcpy(into + done, unit, length);
        done += length;
    }
    if (into)
        into[done] = 0;
    return *at == '"' ? at + 1 : NULL;
}

bool gs_json_text(const char *json, const char *key, char *into, size_t capacity)
{
    char name[64];
    const char *at = blank(json);
    if (*at != '{')
        return false;
    for (at = blank(at + 1); at && *at == '"'; at = blank(at)) {
        bool named = (at = string(at, name, sizeof name)) != NULL;
        if (!named || *(at = blank(at)) != ':' || *(at = blank(at + 1)) != '"')
            return false;
        bool wanted = strcmp(name, key) == 0;
        at = string(at, wanted ? into : NULL, capacity);
        if (wanted || !at)
            return at != NULL;
        if (*(at = blank(at)) == ',')
            at++;
    }
    return false;
}
