/*
 * Tests of the numbers of places (sites_table.c): code objects are made up, with no texts. Built and run as unit.c is.
 */
#define _GNU_SOURCE
#include "../src/sites.h"
#include "../src/sites_table.h"
#include "check.h"

#include <pthread.h>
#include <string.h>

#define PLACES 20000u
#define ROUNDS 3

/* stream.c's and slots.c's part, which is not used here. */
_Atomic uint32_t gs_wake_word;
void gs_wake_consumer(void) {}
bool gs_running_here(void) { return false; }
void gs_stream_with_queue(void (*act)(struct gs_outq *, void (*)(void), uint32_t), int timeout_ms) { (void)act, (void)timeout_ms; }

static uint64_t code[64]; /* all words 0: no name, no file */
static _Atomic bool over;

static struct gs_site_key place(uint64_t position) { return (struct gs_site_key){(uintptr_t)code, position, 1}; }

/* As the streaming thread does that looks at others. */
static void *look(void *looks) {
    uint32_t *without = looks;
    for (uint64_t n = 0; n < PLACES || !atomic_load(&over); n++) {
        struct gs_site_key key = place(GS_NO_POSITION - 1 - n % PLACES);
        if (!gs_sites_number_seen(&key)) ++*without;
    }
    return NULL;
}

static void a_look_is_in_nobodys_way(void) {
    uint32_t looked_in_vain = 0, without = 0, changed = 0;
    static uint32_t number[PLACES];
    pthread_t looker;
    pthread_create(&looker, NULL, look, &looked_in_vain);
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t n = 0; n < PLACES; n++) {
            struct gs_site_key key = place(n);
            uint32_t id = gs_sites_number(&key, NULL);
            without += !id;
            changed += round > 0 && id != number[n];
            number[n] = id;
        }
    atomic_store(&over, true);
    pthread_join(looker, NULL);
    CHECK(without == 0, "a thread gets its number while another one is looked at");
    CHECK(changed == 0, "a place keeps its number");
    CHECK(looked_in_vain == 0, "and every look has one");
    CHECK(number[PLACES - 1] == PLACES, "numbers go up by one");
}

static void what_has_a_number_is_seen_under_it(void) {
    struct gs_site_key known = place(7), unknown = place(GS_NO_POSITION - 1 - PLACES);
    CHECK(gs_sites_number_seen(&known) == gs_sites_number(&known, NULL), "the same place, the same number");
    uint32_t id = gs_sites_number_seen(&unknown);
    CHECK(id > GS_SITES_MAX && id == gs_sites_number_seen(&unknown), "a place only seen has a number of its own");
    struct gs_site_texts texts = gs_sites_texts(id);
    CHECK(!*texts.name && !*texts.file && texts.line == -1, "with no texts where there are none");
}

static void full(void) {
    struct gs_site_key key = place(0);
    for (uint64_t n = 0; n < 2 * GS_SITES_MAX && !gs_sites_full(); n++) {
        struct gs_site_key next = place(PLACES + n);
        gs_sites_number(&next, NULL);
    }
    CHECK(gs_sites_full(), "there is an end to them");
    CHECK(gs_sites_number(&key, NULL) == 1, "and those known stay known");
    struct gs_site_key late = place(1u << 30);
    CHECK(gs_sites_number(&late, NULL) == 0, "a new one has none");
}

int main(void) {
    gs_site_at = (struct gs_site_layout){.code_name = 8, .code_file = 16, .code_qualname = -1, .code_first_line = 24};
    if (gs_sites_reserve(NULL) != GS_OK) return 2;
    a_look_is_in_nobodys_way();
    what_has_a_number_is_seen_under_it();
    full();
    return counted();
}
